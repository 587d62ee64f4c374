import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { refusal } from "../support/http.ts";
import { setEnvironment } from "../../../../../tests/support/project.ts";
import { aToken } from "../support/tokens.ts";
import { aFunction, finishPush, startPush } from "../support/wire_push.ts";

const deployment = fixtureDeployment();
const client = () => new ConvexHttpClient(deployment.current.url, { logger: false });

describe("a Node action", () => {
  test("runs in Node with V8's messages, and cannot see the channel to the deployment", async () => {
    const runtime = await client().action(api.node.runtime, {});
    expect(runtime.bun).toBeUndefined();
    expect(runtime.v8).toBeTypeOf("string");
    expect(runtime.words).toBe("Cannot read properties of undefined (reading 'foo')");
    expect(runtime.require).toBe("function");
    expect(runtime.channel).toBe("undefined");
  });

  test("calls queries, mutations and the scheduler with its caller's identity", async () => {
    const signedIn = client();
    signedIn.setAuth(aToken());
    const { doubled, subject, who } = await signedIn.action(api.node.callsBack, { by: "node" });
    expect({ doubled, subject }).toEqual({ doubled: 42, subject: "ada" });
    expect(who).toMatchObject({ subject: "ada" });
    const ticks = () => client().query(api.ticks.count, { by: "node" });
    await expect.poll(ticks).toBe(2);
  });

  test("fails with the lines of the TypeScript, and with a ConvexError's data", async () => {
    const text = await refusal(client().action(api.node.throws, {}));
    expect(text).toMatch(
      /Uncaught TypeError: no such luck\n {4}at handler \(\.\.\/convex\/node\.ts:\d+:\d+\)\n$/,
    );
    const error: unknown = await client()
      .action(api.node.refuses, {})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConvexError);
    expect((error as ConvexError<{ code: string }>).data).toEqual({ code: "REFUSED" });
    expect(await refusal(client().action(api.node.lies, {}))).toContain("ReturnsValidationError");
  });
});

describe("variables", () => {
  test("are current where they are read at call time or in the entry module, and not in a shared module", async () => {
    const look = () => client().action(api.node.environment, {});
    const before = await look();
    expect(before).toMatchObject({ entry: "of the app", sharedAtImport: "of the app" });
    await setEnvironment(deployment.current, { LABEL: "another" });
    const after = await look();
    expect(after).toMatchObject({
      pid: before.pid,
      entry: "another",
      sharedAtImport: "of the app",
      sharedNow: "another",
    });
  });

  test("are the deployment's, not those of its process", async () => {
    const { names, ofProcess } = await client().action(api.node.environment, {});
    const functions = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL", "JWKS", "LABEL"];
    const machine = ["LANG", "PATH", "PWD", "TZ"];
    expect(names).toEqual([...functions, ...machine].sort());
    // What Node itself reads for its certificates is there as well, where it is set.
    expect(ofProcess.filter((name: string) => !name.includes("CERT"))).toEqual(machine);
  });
});

describe("a process", () => {
  test("in which a callback or promise fails ends its action at once", async () => {
    const failure = (how: "timer" | "rejection" | "exit") =>
      refusal(client().action(api.node.fails, { how }));
    expect(await failure("timer")).toContain("Uncaught uncaughtException: in a timer");
    expect(await failure("rejection")).toContain("Uncaught unhandledRejection: nobody awaits this");
    expect(await failure("exit")).toContain(
      "Uncaught process.exit: process.exit() called with exit code 3",
    );
  });

  test.each(["crash", "memory"] as const)("that ends by %s fails only its action", async (how) => {
    const beside = client().action(api.node.fails, { how: "timer" });
    const ended = refusal(client().action(api.node.fails, { how }));
    expect(await refusal(beside)).toContain("in a timer");
    expect(await ended).toContain("Transient error while executing action");
    expect(await client().action(api.nodeOther.label, {})).toEqual(expect.any(String));
  });

  test("that still computes after its action is not used for the next action", async () => {
    const busy = await client().action(api.node.leavesLoop, {});
    const { pid } = await client().action(api.node.environment, {});
    expect(pid).not.toBe(busy);
  });

  test("has the pushed modules in files that only the owner can read, and removes those of earlier pushes", async () => {
    const folder = join(deployment.current.dataDir, "node");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const packages = () => readdirSync(folder).filter((name) => /^\d+$/.test(name));
    const before = packages();
    const nodeModules = { "nodeOther.js": `export const label = ${aFunction("action")};` };
    const started = await startPush(deployment.current, { nodeModules });
    expect((await finishPush(deployment.current, started)).status).toBe(200);
    expect(await client().action(api.nodeOther.label, {})).toBeNull();
    await expect.poll(packages).toHaveLength(1);
    expect(packages()).not.toEqual(before);
  });
});
