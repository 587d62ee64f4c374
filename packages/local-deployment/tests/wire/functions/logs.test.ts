/** The function log: which function ran, for which request, and what it read and wrote. */
import { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference } from "convex/server";
import { expect, test } from "vitest";
import { FunctionLog, type Completion } from "../../../../../tests/support/function-log.ts";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { post } from "../support/http.ts";
import { RawClient, liveClient, watch } from "../support/sync.ts";

const fixture = fixtureDeployment();
const client = () => new ConvexHttpClient(fixture.current.url, { logger: false });
const log = () => FunctionLog.from(fixture.current);

/** A completion, summarised as `name: documents read / written`. */
function line({ identifier, usageStats }: Completion): string {
  const { databaseReadDocuments: read, databaseWriteDocuments: written } = usageStats;
  return `${identifier}: ${read} / ${written}`;
}

/** Runs a mutation. @returns its completions in the log, summarised */
async function logged<Mutation extends FunctionReference<"mutation">>(
  mutation: Mutation,
  args: FunctionArgs<Mutation>,
): Promise<Completion[]> {
  const after = await log();
  await client()
    .mutation(mutation, ...([args] as never))
    .catch(() => undefined);
  return await after.next();
}

const groupOf = async (group: string, size: number) =>
  await client().mutation(api.reading.seed, { group, ranks: Array<number>(size).fill(0) });

test("a query is logged with the documents that it read, not with those in the table", async () => {
  await groupOf("read", 7);
  const after = await log();
  await client().query(api.things.names, { group: "read" });
  await client().query(api.things.first, { group: "read", limit: 3 });
  await client().query(api.things.names, { group: "empty" });
  const lines = (await after.until(({ identifier }) => identifier === "things:names")).map(line);
  expect(lines).toEqual(["things:names: 7 / 0", "things:first: 3 / 0", "things:names: 0 / 0"]);
});

test("a mutation is logged with its reads and writes, including its nested calls'", async () => {
  const [id] = await groupOf("mixed", 1);
  const [completion, ...others] = await logged(api.costs.mixed, {
    id: id!,
    by: "mixed",
    fail: false,
  });
  // Reads: `get` and `patch`. Writes: a patch, an insert, and the nested call's insert; a scheduled job is not counted.
  expect(line(completion!)).toBe("costs:mixed: 2 / 3");
  expect(others).toEqual([]);
  expect(completion!.usageStats.databaseReadBytes).toBeGreaterThan(100);
  expect(completion!.usageStats.databaseWriteBytes).toBeGreaterThan(100);
});

test("a failed mutation is logged without writes, and so is a failed nested call", async () => {
  const [id] = await groupOf("failing", 1);
  const failed = await logged(api.costs.mixed, { id: id!, by: "failing", fail: true });
  expect(failed.map(line)).toEqual(["costs:mixed: 2 / 0"]);
  expect(failed[0]?.error).toContain("failed on purpose");
  expect(failed[0]?.usageStats.databaseWriteBytes).toBe(0);
  const [caught] = await logged(api.transactions.survivesFailure, { by: "caught" });
  expect(caught?.usageStats.databaseWriteDocuments).toBe(1);
});

test("a component's reads and writes are counted for its caller", async () => {
  expect((await logged(api.counters.add, { which: "second", by: 1 })).map(line)).toEqual([
    "counters:add: 1 / 1",
  ]);
  expect((await logged(api.counters.add, { which: "second", by: 1 })).map(line)).toEqual([
    "counters:add: 2 / 1",
  ]);
});

test("an action is logged without reads and writes; its calls are logged under its request id", async () => {
  const after = await log();
  await client().action(api.costs.outer, { by: "outer" });
  const completions = await after.until(({ identifier }) => identifier === "costs:outer");
  expect(completions.map(({ udfType, identifier }) => `${udfType} ${identifier}`)).toEqual([
    "Query ticks:count",
    "Mutation things:add",
    "Mutation ticks:tick",
    "Action costs:inner",
    "Action costs:outer",
  ]);
  expect(new Set(completions.map(({ requestId }) => requestId)).size).toBe(1);
  const written = completions.map(({ usageStats }) => usageStats.databaseWriteDocuments);
  expect(written).toEqual([0, 1, 1, 0, 0]);
  expect(completions.at(-1)?.usageStats.databaseReadDocuments).toBe(0);
});

test("a scheduled function is logged with its reads and writes and a request id of its own", async () => {
  const after = await log();
  await client().mutation(api.jobs.schedule, { what: "tickFromAction", by: "job", after: 0 });
  const isAction = ({ identifier }: Completion) => identifier === "ticks:tickFromAction";
  const completions = await after.until(isAction);
  const [scheduler, tick, action] = completions;
  expect(completions.map(line)).toEqual([
    "jobs:schedule: 0 / 0",
    "ticks:tick: 0 / 1",
    "ticks:tickFromAction: 0 / 0",
  ]);
  expect(tick?.requestId).toBe(action?.requestId);
  expect(scheduler?.requestId).not.toBe(action?.requestId);
});

test("a live query is logged for each run; a shared result is logged without reads", async () => {
  await groupOf("live", 4);
  const after = await log();
  const isNames = ({ identifier }: Completion) => identifier === "things:names";
  const first = watch(liveClient(fixture.current.url), api.things.names, { group: "live" });
  await first.until(() => first.seen.length === 1);
  expect((await after.until(isNames)).map(line)).toEqual(["things:names: 4 / 0"]);

  const second = watch(liveClient(fixture.current.url), api.things.names, { group: "live" });
  await second.until(() => second.seen.length === 1);
  const [shared] = await after.until(isNames);
  expect(shared).toMatchObject({ cachedResult: true, usageStats: { databaseReadDocuments: 0 } });

  await client().mutation(api.things.add, { group: "live", name: "another" });
  await second.until(() => second.seen.length === 2);
  const again = (await after.until(({ cachedResult }) => cachedResult)).filter(isNames);
  expect(again.map((completion) => [completion.cachedResult, line(completion)])).toEqual([
    [false, "things:names: 5 / 0"],
    [true, "things:names: 0 / 0"],
  ]);
});

test("a mutation that is sent again is not logged again", async () => {
  const after = await log();
  const session = { id: crypto.randomUUID() };
  for (let connection = 0; connection < 2; connection++) {
    const raw = await RawClient.open(fixture.current.url, session);
    raw.mutate(0, "things:add", { group: "again", name: "once" });
    await raw.next(({ type }) => type === "MutationResponse");
    raw.close();
  }
  await client().query(api.things.count, { group: "again" });
  const lines = (await after.until(({ identifier }) => identifier === "things:count")).map(line);
  expect(lines).toEqual(["things:add: 0 / 1", "things:count: 1 / 0"]);
});

test("control characters that callers send do not reach the terminal", async () => {
  const { url, siteUrl, adminKey } = fixture.current;
  // A window title, a C1 control, a fake log line, right-to-left text.
  const evil = "a\u001b]0;owned\u0007\u009b31m\nb\r\u007f\u202ec\u2066d\u2028e";
  const cursorOf = async (cursor: number) => {
    const headers = { authorization: `Convex ${adminKey}` };
    const response = await fetch(`${url}/api/stream_function_logs?cursor=${cursor}`, { headers });
    return (await response.json()) as { newCursor: number; entries: unknown[] };
  };
  const { newCursor } = await cursorOf(0);
  for (const kind of ["query", "mutation", "action"]) {
    const long = `${evil}${"x".repeat(100_000)}`;
    for (const path of [evil, `calls:${evil}`, long]) {
      const { json } = await post(`${url}/api/${kind}`, { path, args: {} });
      expect(json).toMatchObject({ status: "error" });
    }
  }
  const socket = await RawClient.open(url);
  socket.add(1, evil, {});
  await socket.update(1);
  await client()
    .query(api.calls.repeats, { text: evil })
    .catch(() => undefined);
  await client()
    .query(api.calls.double, { n: evil as never })
    .catch(() => undefined);
  await fetch(`${siteUrl}/${encodeURIComponent(evil)}`);
  const { entries } = await cursorOf(newCursor);
  expect(entries).toHaveLength(13);
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(collect);
  };
  collect(entries);
  for (const text of texts) {
    // Line breaks in stack traces and in logged text are kept.
    expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    expect(text.length).toBeLessThan(1_000);
  }
  const named = "'a\\x1b]0;owned\\x07\\x9b31m\\x0ab\\x0d\\x7f\\u202ec\\u2066d\\u2028e'";
  expect(texts).toContain(`Could not find public function for ${named}.\n`);
});
