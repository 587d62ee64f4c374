import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect, test } from "vitest";
import type { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { within } from "../../../../../tests/support/dev.ts";
import { aDeployment, aFolder, aPushedDeployment } from "../support/deployment.ts";
import { RawClient } from "../support/sync.ts";
import { startPush } from "../support/wire_push.ts";

/** `Atomics.wait` of the thread itself, which functions' own `Atomics` does not have: by a class that is the thread's. */
const WAIT = `URL.constructor("return Atomics")().wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;

const FUNCTIONS = {
  "convex/f.ts": `
    import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const quick = query({ handler: async (ctx) => (await ctx.db.query("notes").collect()).length });
    export const add = mutation({ handler: async (ctx) => { await ctx.db.insert("notes", {}); return null; } });
    export const loops = query({ handler: async () => { for (;;); } });
    export const waits = query({ handler: async () => { ${WAIT} } });
    export const writesAndWaits = mutation({ handler: async (ctx) => { await ctx.db.insert("notes", {}); ${WAIT} } });
    export const actionLoops = action({ handler: async () => { for (;;); } });
    export const asksToWait = query({ handler: async () => {
      try { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); } catch (error) { return String(error); }
    } });
  `,
};

/** Far more than a stop takes, and less than the limits on endless functions. */
const STOPS_WITHIN_MS = 15_000;

/** A short limit for code that blocks without computing, so that the tests reach it soon. */
const SHORT_WALL_TIMEOUT = ["--wall-timeout-ms", "5000"];

/** Stops the deployment, which must not wait for a function's time limit. */
async function stops(deployment: TestDeployment): Promise<void> {
  const stopped = deployment.process.stop("SIGTERM");
  const { code, stderr } = await within(STOPS_WITHIN_MS, "the deployment to stop", stopped);
  expect(code, stderr).toBe(0);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("Atomics.wait is refused in functions, as in production's isolates", async () => {
  const { url } = await aPushedDeployment(FUNCTIONS);
  const client = new ConvexHttpClient(url, { logger: false });
  expect(await client.query(anyApi.f!.asksToWait!, {})).toBe(
    "TypeError: Atomics.wait cannot be called in this context",
  );
});

test("a mutation that blocks its thread times out and is rolled back, and later calls are served", async () => {
  const { url } = await aPushedDeployment(FUNCTIONS, aFolder(), SHORT_WALL_TIMEOUT);
  const client = new ConvexHttpClient(url, { logger: false });
  const waiting = client.mutation(anyApi.f!.writesAndWaits!, {}).catch(String);
  await client.query(anyApi.f!.quick!, {});
  expect(await waiting).toContain("Function execution timed out");
  await client.mutation(anyApi.f!.add!, {});
  expect(await client.query(anyApi.f!.quick!, {})).toBe(1);
});

test("a push whose module blocks while it is imported is refused, and changes nothing", async () => {
  const deployment = await aPushedDeployment(FUNCTIONS, aFolder(), SHORT_WALL_TIMEOUT);
  const modules = { "wait.js": `${WAIT}\nexport const value = 1;` };
  const { status, json } = await startPush(deployment, { modules });
  expect(status).toBe(400);
  expect(json?.message).toMatch(/took longer than 5 s to be imported/);
  const client = new ConvexHttpClient(deployment.url, { logger: false });
  expect(await client.query(anyApi.f!.quick!, {})).toBe(0);
});

test.each([
  ["a query computes without end", "ModifyQuerySet", "f:loops"],
  ["a query blocks without end", "ModifyQuerySet", "f:waits"],
  ["a mutation has written and blocks without end", "Mutation", "f:writesAndWaits"],
  ["an action computes without end", "Action", "f:actionLoops"],
])("it stops soon while %s, and no acknowledged write is lost", async (_what, type, udfPath) => {
  const deployment = await aPushedDeployment(FUNCTIONS);
  const client = new ConvexHttpClient(deployment.url, { logger: false });
  await client.mutation(anyApi.f!.add!, {});
  const bystander = await RawClient.open(deployment.url);
  bystander.add(1, "f:quick", {});
  await bystander.update(1);
  const socket = await RawClient.open(deployment.url);
  if (type === "ModifyQuerySet") socket.add(1, udfPath, {});
  else socket.send({ type, requestId: 1, udfPath, args: [{}] });
  // Queued behind the endless function, if that one blocks.
  bystander.add(2, "f:quick", {});
  await Promise.all([socket.taken(), bystander.taken()]);
  await stops(deployment);
  await deployment.restart();
  const again = new ConvexHttpClient(deployment.url, { logger: false });
  expect(await again.query(anyApi.f!.quick!, {})).toBe(1);
});

test.each([
  ["stops soon", stops],
  ["is killed", (deployment: TestDeployment) => deployment.kill()],
])(
  "it %s while a push imports a Node module that never ends, and leaves no process",
  async (_how, end) => {
    const deployment = await aDeployment();
    const loading = join(aFolder(), "loading");
    const code = `
    import { writeFileSync } from "node:fs";
    writeFileSync(${JSON.stringify(loading)}, String(process.pid));
    for (;;);`;
    const push = startPush(deployment, { nodeModules: { "endless.js": code } });
    push.catch(() => undefined); // its connection is lost with the deployment
    await expect.poll(() => existsSync(loading), { timeout: 30_000 }).toBe(true);
    await end(deployment);
    const loader = Number(readFileSync(loading, "utf8"));
    const message = "the process that loaded it is still there";
    await expect.poll(() => isRunning(loader), { message, timeout: 5_000 }).toBe(false);
  },
);
