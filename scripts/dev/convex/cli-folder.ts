import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../lib/convex-cli.ts";

/**
 * Makes a folder for `convex dev` to run in that isn't the repository's root, and returns it.
 *
 * `convex dev` writes the deployment's address into `.env.local` of the folder it runs in, and takes
 * `CONVEX_DEPLOYMENT` out of it. A second run beside the ordinary one must do neither to the clone, so it works from
 * here; `convex.json` leads it to the same functions.
 */
export function makeCliFolder(dataDir: string): string {
  const folder = join(dataDir, "cli");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const functions = `${relative(folder, join(ROOT, "convex"))}/`;
  writeFileSync(join(folder, "convex.json"), JSON.stringify({ functions }));
  // The CLI insists on a package.json that depends on convex.
  const manifest = { name: "quaver-cli-folder", private: true, dependencies: { convex: "*" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const modules = join(ROOT, "node_modules");
  if (existsSync(modules)) symlinkSync(modules, join(folder, "node_modules"), "dir");
  return folder;
}
