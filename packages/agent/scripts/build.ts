/** Bundles what runs in a sandbox: `bun run --cwd packages/agent build`. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Each is a single file that runs as it is, on Node 20 or later. They find each other in their folder. */
const ENTRY_POINTS = {
  "quaver-agent": "src/turn/main.ts",
  "opencode-plugin": "src/turn/opencode/plugin.ts",
  serve: "src/serve/main.ts",
};

/**
 * Builds the launcher, the plugin that it has opencode load, the app's server, and `template/`, which an app starts from.
 * Dependencies that were installed in the template's folder stay there.
 *
 * @param folder - Where to put them; it is created if it isn't there. Its other files stay.
 */
export async function buildAgent(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { outputFiles } = await build({
    absWorkingDir: PACKAGE,
    entryPoints: ENTRY_POINTS,
    outdir: folder,
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  for (const { path, contents } of outputFiles) replaceFile(join(folder, basename(path)), contents);
  // By this, Node takes them for modules wherever the folder is.
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  copyTemplate(join(folder, "template"));
}

/** Replaces a file as a whole: a sandbox may be running the one that is there. */
function replaceFile(path: string, contents: Uint8Array): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, contents, { mode: 0o755 });
  renameSync(fresh, path);
}

function copyTemplate(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const old = readdirSync(folder).filter((name) => name !== "node_modules");
  for (const name of old) rmSync(join(folder, name), { recursive: true });
  cpSync(join(PACKAGE, "template"), folder, { recursive: true });
}

if (import.meta.main) {
  const folder = join(PACKAGE, "dist");
  rmSync(folder, { recursive: true, force: true }); // all that is in it becomes part of the snapshot
  await buildAgent(folder);
}
