/** The paths that a document names, and where they are. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import { ROOT } from "../../../scripts/lib/convex-cli.ts";
import { parseDocument, type Document } from "./documents.ts";
import { textOf } from "./sources.ts";

const FOLDERS = /^(?:convex|packages|scripts|tests|docs|example|\.ci)\//;
const FILE = /^(?:[\w.-]+\/)*[\w.-]+\.(?:ts|tsx|js|json|md|html|css|svg|png)$/;
const HIDDEN = /^\.[\w-]+(?:\.\w+)*(?:\/[\w.-]*)*$/;

/** Paths from the root, file names by themselves or below `convex/`, and hidden files. */
export function pathsIn({ spans }: Document): string[] {
  return spans
    .map(({ text }) => text)
    .filter((text) => /^[\w./-]+$/.test(text))
    .filter((text) => FOLDERS.test(text) || FILE.test(text) || HIDDEN.test(text));
}

/** The paths that lead nowhere. A bare name is looked for beside the path that was named last. */
export function missingPaths(document: Document): string[] {
  let beside = ".";
  return pathsIn(document).filter((path) => {
    const found = [path, `convex/${path}`, `${beside}/${path}`, `${dirname(document.path)}/${path}`]
      .flatMap((base) => ["", ".ts", ".d.ts"].map((ending) => base + ending))
      .find((candidate) => existsSync(join(ROOT, candidate)));
    if (found !== undefined) beside = dirname(found);
    return found === undefined && !isIgnored(path) && !isPackageEntry(path);
  });
}

/** Files that are made on each machine are listed in .gitignore. */
function isIgnored(path: string): boolean {
  const ignored = (textOf(".gitignore") ?? "").split("\n");
  return ignored.some(
    (line) => line === path || line === `${path}/` || (line.endsWith("/") && path.startsWith(line)),
  );
}

/** `convex/server` is what one imports, and not a path here. */
function isPackageEntry(path: string): boolean {
  try {
    createRequire(join(ROOT, "package.json")).resolve(path);
    return path.startsWith("convex/");
  } catch {
    return false;
  }
}

/** What a document points to inside the repository. */
export function internalTargets({ targets }: Document): string[] {
  return targets.filter((target) => !/^(?:https?|mailto):/.test(target));
}

/** The targets that lead nowhere, or to a heading that isn't there. */
export function brokenTargets(document: Document): string[] {
  return internalTargets(document).filter((target) => {
    const [file = "", anchor] = target.split("#");
    const path = file === "" ? document.path : posix.join(dirname(document.path), decodeURI(file));
    if (!existsSync(join(ROOT, path))) return true;
    if (anchor === undefined) return false;
    const aim = path === document.path ? document : parseDocument(path, textOf(path) ?? "");
    return !aim.anchors.has(anchor);
  });
}
