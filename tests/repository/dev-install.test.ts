/** `bun run dev` installs no development packages: what it runs needs none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { expect, test } from "vitest";
import { z } from "zod";
import { ROOT } from "../../scripts/lib/convex-cli.ts";

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** What the packages of this repository may import when development packages are left out: a folder's, and the root's. */
function installedFor(importer: string): Set<string> {
  const own = /^(?:packages\/[^/]+|example)(?=\/)/.exec(importer.slice(ROOT.length))?.[0] ?? ".";
  const manifests = [own, "."].map((folder) => join(ROOT, folder, "package.json"));
  const names = manifests.flatMap((file) =>
    Object.keys(manifestSchema.parse(JSON.parse(readFileSync(file, "utf8"))).dependencies),
  );
  return new Set(names);
}

/** Collects the imports of packages that are not installed. Workspaces always are, and are followed. */
function missingPackages(missing: string[]): Plugin {
  return {
    name: "missing-packages",
    setup(builder) {
      builder.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
        if (kind === "entry-point" || path.startsWith("@quaver/")) return undefined;
        const isBuiltin = /^(?:node|bun):|^bun$/.test(path);
        const [name = ""] = /^(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
        if (!isBuiltin && !installedFor(importer).has(name)) {
          missing.push(`${importer.slice(ROOT.length)}: ${name}`);
        }
        return { path, external: true };
      });
    },
  };
}

test("whatever it imports is a dependency, of the package that imports it or of the root", async () => {
  const missing: string[] = [];
  const entryPoints = [
    "scripts/dev/main.ts",
    "scripts/dev/example/vite-server.js",
    "scripts/doctor/main.ts",
    "example/vite.config.ts",
    ...["actions/isolate", "actions/node", "engine", "push"].map(
      (folder) => `packages/local-deployment/src/${folder}/worker.ts`,
    ),
  ];
  await build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: "unused",
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [missingPackages(missing)],
  });
  expect(missing).toEqual([]);
});
