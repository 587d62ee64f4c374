import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { beforeAll, describe, expect, test } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { post, refusal } from "../support/http.ts";

/** Low limits, so that a few calls reach them. */
const CONCURRENCY = 3;
const JOBS = 2;
const knobs = {
  SCHEDULED_JOB_EXECUTION_PARALLELISM: JOBS,
  APPLICATION_MAX_CONCURRENT_V8_ACTIONS: CONCURRENCY,
  APPLICATION_MAX_CONCURRENT_NODE_ACTIONS: CONCURRENCY,
  APPLICATION_FUNCTION_RUNNER_ACTION_SEMAPHORE_TIMEOUT: 500,
};
/** Short limits, so that the tests reach them soon. */
const timeouts = { V8_ACTION_USER_TIMEOUT_SECS: 3, NODE_ACTION_USER_TIMEOUT_SECS: 3 };
const flagsFor = (all: Readonly<Record<string, number>>) =>
  Object.entries(all).flatMap(([name, value]) => ["--knob", `${name}=${value}`]);
const deployment = fixtureDeployment(flagsFor(knobs));
const client = () => new ConvexHttpClient(deployment.current.url, { logger: false });
const TOO_MANY = `Too many concurrent requests. Your backend is limited to ${CONCURRENCY} concurrent actions.`;

/** Checks that actions of both kinds, HTTP actions and queries are served, whatever else is running. */
async function otherCallsAreServed(): Promise<void> {
  const work = Promise.all([
    client().action(api.calls.echoFromAction, { value: 1 }),
    client().action(api.nodeOther.label, {}),
    post(`${deployment.current.siteUrl}/echo`, "hello"),
    client().query(api.calls.double, { n: 2 }),
  ]);
  const [isolate, node, http, query] = await within(20_000, "the other calls", work);
  expect([isolate, node, http.text, query]).toEqual([1, "of the app", "hello", 4]);
}

describe("scheduled functions", () => {
  test("a job over the limit waits until another ends, and so does a scheduled mutation", async () => {
    const schedule = (mark: string) => client().mutation(api.actions.scheduleUntil, { mark });
    const stateOf = async (id: Awaited<ReturnType<typeof schedule>>): Promise<string> => {
      const { kind } = (await client().query(api.jobs.stateOf, { id })) as { kind: string };
      return kind;
    };
    const [first, second, third] = [await schedule("a"), await schedule("b"), await schedule("c")];
    const what = { what: "tick", by: "starved", after: 0 } as const;
    const tick = await client().mutation(api.jobs.schedule, what);
    await expect.poll(() => stateOf(second)).toBe("inProgress");
    await client().action(api.calls.echoFromAction, { value: 1 });
    expect(await stateOf(third)).toBe("pending");
    expect(await stateOf(tick)).toBe("pending");
    await client().mutation(api.actions.mark, { mark: "a" });
    await expect.poll(() => stateOf(first)).toBe("success");
    await expect.poll(() => stateOf(third)).toBe("inProgress");
    for (const mark of ["b", "c"]) await client().mutation(api.actions.mark, { mark });
    await expect.poll(() => stateOf(third)).toBe("success");
    await expect.poll(() => stateOf(tick)).toBe("success");
  });
});

test("an action over the limit waits for a slot, and is refused with 429", async () => {
  const busy = Array.from({ length: CONCURRENCY }, () =>
    client().action(api.actions.until, { mark: "slots" }),
  );
  const { url, siteUrl } = deployment.current;
  const call = { path: "calls:echoFromAction", args: { value: 1 } };
  await expect.poll(async () => (await post(`${url}/api/action`, call)).status).toBe(429);
  const { json } = await post(`${url}/api/action`, call);
  expect(json).toMatchObject({ code: "TooManyConcurrentRequests" });
  expect(json?.message).toContain(TOO_MANY);
  expect((await post(`${siteUrl}/echo`, "hello")).status).toBe(429);
  // Node actions are counted by themselves.
  expect(await client().action(api.nodeOther.label, {})).toBe("of the app");
  await client().mutation(api.actions.mark, { mark: "slots" });
  await Promise.all(busy);
  await otherCallsAreServed();
});

describe("actions that recurse without end", () => {
  test.each([
    ["in isolates", "actions:recurse", false],
    ["from an isolate to Node and back", "actions:recurse", true],
  ])("%s: they nest up to the limit, and then all fail", async (_where, path, other) => {
    const call = { path, args: { other } };
    const { status, json } = await post(`${deployment.current.url}/api/action`, call);
    expect([status, JSON.stringify(json)]).toEqual([
      other ? 200 : 429,
      expect.stringContaining(TOO_MANY),
    ]);
    await otherCallsAreServed();
  });

  test("in Node: the call is refused like any other over the limit", async () => {
    const text = await refusal(client().action(api.node.recurse, { other: false }));
    expect(text).toContain(TOO_MANY);
    expect(text).toContain("TooManyConcurrentRequests");
    await otherCallsAreServed();
  });

  test("as a scheduled function: the job has failed", async () => {
    const id = await client().mutation(api.actions.scheduleRecursion, { other: false });
    const error = "Transient error while executing action";
    const state = () => client().query(api.jobs.stateOf, { id });
    await expect.poll(state).toEqual({ kind: "failed", error });
  });
});

describe("an action that never ends does not block other calls", () => {
  beforeAll(async () => {
    await deployment.current.stop();
    await deployment.current.restart(flagsFor({ ...knobs, ...timeouts }));
  });

  test("an isolate action, which times out", async () => {
    const endless = refusal(client().action(api.rules.endlessAction, {}));
    await otherCallsAreServed();
    await otherCallsAreServed();
    expect(await endless).toContain("Function execution timed out (maximum duration: 3s)");
  });

  test("a Node action, which times out with its process and keeps its log lines", async () => {
    const call = { path: "node:endless", args: {}, format: "convex_encoded_json" };
    const endless = post(`${deployment.current.url}/api/action`, call);
    await otherCallsAreServed();
    const { json } = await endless;
    expect(json?.errorMessage).toContain("Function execution unexpectedly timed out.");
    expect(json?.logLines).toEqual(["[LOG] 'on and on'"]);
    await otherCallsAreServed();
  });

  test("a Node action that awaits without end", async () => {
    const call = { path: "node:waits", args: {}, format: "convex_encoded_json" };
    const { url, adminKey } = deployment.current;
    const headers = { authorization: `Convex ${adminKey}` };
    const { json } = await post(`${url}/api/function`, call, headers);
    expect(json?.errorMessage).toMatch(
      /\nAction `waits` execution timed out \(maximum duration 3s\)\n$/,
    );
  });

  test("an HTTP action", async () => {
    const endless = post(`${deployment.current.siteUrl}/endless`, "");
    await otherCallsAreServed();
    const { status, text } = await endless;
    expect(status).toBe(500);
    expect(text).toContain("Function execution timed out (maximum duration: 3s)");
  });

  test("code that an action leaves running does not block the next action", async () => {
    await client().action(api.actions.leavesLoop, {});
    await client().action(api.node.leavesLoop, {});
    await otherCallsAreServed();
  });
});

describe("when the deployment ends", () => {
  /** The Node processes that run from a folder. */
  const nodesOf = (folder: string) =>
    execFileSync("ps", ["-Ao", "args="], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line.includes(join(folder, "node")));

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "by %s, its Node processes end too, even one that computes",
    async (signal) => {
      const { current } = deployment;
      const begun = () => client().query(api.ticks.count, { by: "endless in Node" });
      const before = await begun();
      void refusal(client().action(api.node.endless, {}));
      void refusal(client().action(api.rules.endlessAction, {}));
      await expect.poll(begun).toBeGreaterThan(before);
      expect(nodesOf(current.dataDir)).not.toEqual([]);
      await current.process.stop(signal);
      await expect.poll(() => nodesOf(current.dataDir)).toEqual([]);
      await current.restart();
      await otherCallsAreServed();
    },
  );
});
