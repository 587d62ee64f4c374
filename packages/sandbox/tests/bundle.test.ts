import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aDaytona } from "./support.ts";

/** A Convex `"use node"` action that uses the package. */
const MODULE = `
  import { createSandboxClient } from "@quaver/sandbox";
  export async function create(apiUrl, apiKey) {
    const client = createSandboxClient({ apiUrl, apiKey });
    const input = { name: "p", labels: { app: "quaver" }, autoStopMinutes: 15, autoArchiveMinutes: 60 };
    const sandbox = await client.create(input);
    const { commandId } = await client.startCommand(sandbox.id, { session: "s", command: "echo hello" });
    let progress = { exitCode: null };
    while (progress.exitCode === null) {
      progress = await client.readCommand(sandbox.id, { session: "s", commandId, offset: 0, limit: 100 });
    }
    await client.delete(sandbox.id);
    return { state: sandbox.state, output: new TextDecoder().decode(progress.output) };
  }
`;

const dir = mkdtempSync(join(tmpdir(), "bundle-"));
const file = join(dir, "module.mjs");
let warnings: unknown[];
let external: string[];

beforeAll(async () => {
  // The options of convex/src/bundler/debugBundle.ts, platform "node".
  const result = await build({
    stdin: { contents: MODULE, resolveDir: import.meta.dirname, loader: "js" },
    outdir: dir,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    jsx: "automatic",
    conditions: ["convex", "module"],
    write: false,
    splitting: true,
    treeShaking: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    minifyWhitespace: false,
    keepNames: true,
    define: { "process.env.NODE_ENV": '"production"' },
    metafile: true,
    logLevel: "silent",
  });
  ({ warnings } = result);
  external = Object.values(result.metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter((imported) => imported.external)
    .map(({ path }) => path.replace(/^node:/, ""));
  for (const { path, contents } of result.outputFiles) {
    writeFileSync(path.endsWith("stdin.js") ? file : path, contents);
  }
  // Convex sets these globals before it imports a module (its node-executor's setupGlobals).
  const prelude = `
    import { createRequire } from "node:module";
    globalThis.require = createRequire(import.meta.url);
    const { create } = await import("./module.mjs");
    console.log(JSON.stringify(await create(...process.argv.slice(2))));
  `;
  writeFileSync(join(dir, "main.mjs"), prelude);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the bundle outside this repository. */
async function runWith(command: string[], url: string, apiKey: string): Promise<unknown> {
  const [program, ...args] = command;
  const child = spawn(program!, [...args, join(dir, "main.mjs"), url, apiKey], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  try {
    return JSON.parse(out);
  } catch {
    throw new Error(err || "no output");
  }
}

describe("bundled as Convex bundles a Node action, the package", () => {
  test("imports only Node's own modules, and nothing of the emulators", () => {
    expect(warnings).toEqual([]);
    // Optional dependencies of `ws` and `debug`.
    const optional = ["bufferutil", "utf-8-validate", "supports-color"];
    const known = new Set([...builtinModules, ...optional]);
    expect(external.filter((path) => !known.has(path))).toEqual([]);
    expect(readFileSync(file, "utf8")).not.toContain("emulator");
  });

  test.each([
    ["Node", [process.execPath]],
    ["Bun", ["npx", "--yes", "bun@1"]],
  ])("works under %s, whose process then ends", { timeout: 60_000 }, async (_, command) => {
    const daytona = await aDaytona();
    expect(await runWith(command, daytona.url, daytona.apiKey)).toEqual({
      state: "started",
      output: "hello\n",
    });
  });
});

test("@quaver/sandbox/states runs without Node and the SDK", async () => {
  const result = await build({
    stdin: {
      contents: 'export * from "@quaver/sandbox/states"',
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: "browser", // of Convex's own runtime, too; Node's modules don't resolve
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  expect(
    Object.keys(result.metafile.inputs).filter((path) => path.includes("node_modules")),
  ).toEqual([]);
  expect(Object.values(result.metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(result.outputFiles[0]?.text).toContain("export {");
});
