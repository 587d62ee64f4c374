import type { AnalyzedModule } from "../../engine/code/analysis.ts";
import { pathComponentProblem } from "../../values/identifiers.ts";
import { byName } from "../../values/order.ts";
import { moduleErrors } from "../errors/modules.ts";

/** A component's public functions as the tree that its parent calls them by. */
export type ExportTree =
  { type: "leaf"; leaf: string } | { type: "branch"; branch: [string, ExportTree][] };
type Branch = Extract<ExportTree, { type: "branch" }>;
type Modules = Readonly<Record<string, AnalyzedModule>>;

/**
 * The tree of a component's public functions (crates/model/src/components/file_based_routing.rs).
 *
 * @throws PushError `InvalidExport` when a function has the name of a module beside its own, `InvalidModulePath`
 */
export function publicTree(modules: Modules): Branch {
  const root: Branch = { type: "branch", branch: [] };
  for (const [path, module] of Object.entries(modules).toSorted(byName)) {
    const folders = path.replace(/\.js$/, "").split("/");
    const wrong = folders.find((folder) => pathComponentProblem(folder) !== null);
    if (wrong !== undefined) throw moduleErrors.pathComponent(wrong, folders.join("/"));
    for (const { name, visibility } of module.functions) {
      if (visibility?.kind !== "public") continue;
      const leaf = `_reference/function/${path}:${name}`;
      if (!insert(root, [...folders, name], leaf)) throw moduleErrors.exportConflict(path, name);
    }
  }
  return root;
}

/** Refuses modules whose public functions are in each other's way. @throws PushError */
export function checkExports(modules: Modules): void {
  publicTree(modules);
}

/** Whether there was room. */
function insert(tree: Branch, path: readonly string[], leaf: string): boolean {
  const [head = "", ...rest] = path;
  const child = tree.branch.find(([name]) => name === head)?.[1];
  if (rest.length === 0) {
    if (child !== undefined) return false;
    tree.branch.push([head, { type: "leaf", leaf }]);
    return true;
  }
  if (child?.type === "leaf") return false;
  if (child !== undefined) return insert(child, rest, leaf);
  const made: Branch = { type: "branch", branch: [] };
  tree.branch.push([head, made]);
  return insert(made, rest, leaf);
}
