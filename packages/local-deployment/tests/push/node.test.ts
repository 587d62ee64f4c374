import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { bunPath } from "../../../../tests/support/bun.ts";
import { findNodeIn } from "../../src/actions/runners/find_node.ts";
import { preparePush } from "../../src/push/prepare.ts";
import { startPushRequest, type StartPushRequest } from "../../src/push/request.ts";
import { stopCompiler } from "../../src/runtime/modules/compile.ts";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const MODULE = { path: "m.js", source: "export const a = 1;" };

/** A push of an app with one module. */
function aPush(environment: "isolate" | "node"): StartPushRequest {
  return startPushRequest.parse({
    adminKey: "",
    dryRun: false,
    functions: "convex/",
    appDefinition: {
      definition: null,
      dependencies: [],
      schema: null,
      changedModules: [{ ...MODULE, environment }],
      unchangedModuleHashes: [],
      udfServerVersion: "1.48.0",
    },
    componentDefinitions: [],
  });
}

const context = { environment: {}, urls: { cloud: "", site: "" }, componentIds: [], pushed: [] };

/** The outcome of a push without Node, and how often Node was looked up. */
async function prepareWithoutNode(push: StartPushRequest) {
  let looked = 0;
  const prepared = await preparePush(push, context, {
    compiled: stopCompiler,
    evaluating: () => undefined,
    analyzeNode: async () => {
      looked++;
      return { kind: "noNode" };
    },
  });
  return { modules: Object.keys(prepared.definitions[""]?.modules ?? {}), looked };
}

describe("a push", () => {
  test("with Node modules is refused without Node", async () => {
    await expect(prepareWithoutNode(aPush("node"))).rejects.toMatchObject({
      status: 400,
      code: "DeploymentNotConfiguredForNodeActions",
    });
  });

  test("without Node modules does not look Node up", async () => {
    expect(await prepareWithoutNode(aPush("isolate"))).toEqual({ modules: ["m.js"], looked: 0 });
  });
});

describe("Node is looked up on the PATH", () => {
  test("and Bun's `node`, files that can't be run and old versions are skipped", async () => {
    const [shim, plain, old] = [aFolder(), aFolder(), aFolder()];
    symlinkSync(bunPath(), join(shim, "node"));
    writeFileSync(join(plain, "node"), "no program");
    mkdirSync(join(old, "bin"));
    writeFileSync(join(old, "bin", "node"), `#!/bin/sh\necho '{"major":18,"bun":false}'\n`);
    chmodSync(join(old, "bin", "node"), 0o755);
    const folders = [shim, plain, join(old, "bin"), join(plain, "nowhere")];
    expect(await findNodeIn(folders.join(delimiter))).toBeNull();
    const own = dirname(process.execPath);
    expect(await findNodeIn([...folders, own].join(delimiter))).toBe(join(own, "node"));
  });
});
