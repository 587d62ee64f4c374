/** `bun run bench bundles`: what the official CLI pushes, in bytes, and how long Node takes to import its part. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalDeployment } from "@quaver/local-deployment";
import { makeProject } from "../../tests/support/world.ts";
import { runConvex } from "../lib/convex-cli.ts";
import { callSystem } from "../lib/deployment-api.ts";

const LARGEST = 4;
const PACKAGES_SHOWN = 8;
const IMPORTS = 5;

/** The app's own Node modules; what they share is in `_deps`. */
const isEntry = (path: string) => !path.startsWith("_deps/");

/** Convex sets `require` for the CommonJS in a bundle before it imports it (its node-executor does). */
const IMPORT_TIMER = `
  import { createRequire } from "node:module";
  globalThis.require = createRequire(import.meta.url);
  const started = performance.now();
  await import(process.argv[2]);
  process.stdout.write(String(performance.now() - started));
`;

interface Module {
  path: string;
  text: string;
}

const bytesOf = (text: string) => Buffer.byteLength(text);
const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** Bundles as for a push, and prints tables. */
export async function benchBundles(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-bundles-"));
  try {
    const bundle = await makeBundle(folder);
    for (const environment of ["isolate", "node"] as const) {
      const modules = modulesOf(join(bundle, environment));
      printSizes(environment, modules);
      if (environment === "node") printImports(bundle, modules);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Has the CLI write what it would push. @returns the folder */
async function makeBundle(folder: string): Promise<string> {
  const deployment = await startLocalDeployment({ dataDir: join(folder, "data") });
  try {
    // `auth.config.ts` can't be evaluated without it; what it says does not matter here.
    const changes = [{ name: "CLERK_JWT_ISSUER_DOMAIN", value: "https://clerk.invalid" }];
    await callSystem(deployment, "/api/update_environment_variables", { changes });
    const cwd = makeProject(join(folder, "project"));
    const bundle = join(folder, "bundle");
    const flags = ["--typecheck", "disable", "--codegen", "disable", "--debug-bundle-path", bundle];
    const { code, stderr } = await runConvex(deployment, ["dev", "--once", ...flags], { cwd });
    if (code !== 0) throw new Error(`The functions were not bundled:\n${stderr}`);
    return bundle;
  } finally {
    await deployment.close();
  }
}

function modulesOf(folder: string): Module[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js"))
    .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }))
    .sort((a, b) => bytesOf(b.text) - bytesOf(a.text));
}

function printSizes(environment: string, modules: readonly Module[]): void {
  const total = modules.reduce((sum, { text }) => sum + bytesOf(text), 0);
  process.stdout.write(`\n${environment}: ${modules.length} modules, ${kb(total)}; the largest:\n`);
  console.table(
    modules.slice(0, LARGEST).map(({ path, text }) => ({
      module: path,
      size: kb(bytesOf(text)),
      "of which": packagesIn(text)
        .slice(0, PACKAGES_SHOWN)
        .map(([name, bytes]) => `${name} ${kb(bytes)}`)
        .join(", "),
    })),
  );
}

/** What a module consists of: the bundler heads each file in it with a comment that names it. */
function packagesIn(text: string): [string, number][] {
  const packages = new Map<string, number>();
  let current = "the bundler's own";
  for (const line of text.split("\n")) {
    const file = /^\s*\/\/ (\S+\.(?:[cm]?[jt]s|json))$/.exec(line)?.[1];
    if (file !== undefined) current = packageOf(file);
    packages.set(current, (packages.get(current) ?? 0) + bytesOf(line) + 1);
  }
  return [...packages].sort(([, a], [, b]) => b - a);
}

function packageOf(file: string): string {
  const [, inPackages] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return inPackages ?? "the app";
}

function printImports(bundle: string, modules: readonly Module[]): void {
  // The CLI's modules are ES modules, whatever is above the folder.
  writeFileSync(join(bundle, "package.json"), '{"type":"module"}');
  const timer = join(bundle, "import-timer.js");
  writeFileSync(timer, IMPORT_TIMER);
  const rows = modules
    .filter(({ path }) => isEntry(path))
    .map(({ path }) => {
      const file = join(bundle, "node", path);
      const times = Array.from({ length: IMPORTS }, () =>
        Number(execFileSync("node", [timer, file], { encoding: "utf8" })),
      ).sort((a, b) => a - b);
      const [fastest = 0, , median = 0] = times;
      return { module: path, "fastest ms": Math.round(fastest), "median ms": Math.round(median) };
    });
  process.stdout.write(`\nImport by Node, each in a process of its own, of ${IMPORTS}:\n`);
  console.table(rows);
}
