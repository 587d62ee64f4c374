import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { bunPath } from "../../../../tests/support/bun.ts";
import { findNodeIn } from "../../src/actions/runners/find_node.ts";
import { analyzeNodeModules } from "../../src/push/node_modules.ts";
import { startPushRequest, type StartPushRequest } from "../../src/push/request.ts";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "node-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const NODE_MODULE = { path: "node.js", source: "", environment: "node" };

/** A push of an app with one Node module, or of a component with one. */
function aPush(where: "app" | "component"): StartPushRequest {
  const component = {
    definitionPath: "part",
    definition: { path: "convex.config.js", source: "", environment: "isolate" },
    dependencies: [],
    schema: null,
    functions: [NODE_MODULE],
    udfServerVersion: "1.48.0",
  };
  return startPushRequest.parse({
    adminKey: "",
    dryRun: false,
    functions: "convex/",
    appDefinition: {
      definition: null,
      dependencies: [],
      schema: null,
      changedModules: where === "app" ? [NODE_MODULE] : [],
      unchangedModuleHashes: [],
      udfServerVersion: "1.48.0",
    },
    componentDefinitions: where === "component" ? [component] : [],
  });
}

describe("a push with Node modules", () => {
  test("is refused where there is no Node", async () => {
    const refused = analyzeNodeModules(aPush("app"), [], {}, async () => null);
    await expect(refused).rejects.toMatchObject({
      status: 400,
      code: "DeploymentNotConfiguredForNodeActions",
    });
  });

  test("is refused when they are a component's, as in production", async () => {
    const refused = analyzeNodeModules(aPush("component"), [], {}, async () => null);
    await expect(refused).rejects.toMatchObject({ code: "NodeActionsNotSupported" });
  });

  test("needs no Node without them, nor looks for it", async () => {
    const push = aPush("app");
    push.appDefinition.changedModules.length = 0;
    const looks = async () => {
      throw new Error("nothing to analyze");
    };
    expect(await analyzeNodeModules(push, [], {}, looks)).toEqual({});
  });
});

describe("Node is looked for on the PATH", () => {
  test("and is not what Bun puts there by that name, nor what can't be run, nor an old one", async () => {
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
