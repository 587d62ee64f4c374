import { ConvexHttpClient } from "convex/browser";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { refusal } from "../support/http.ts";

const fixture = fixtureDeployment();
const client = () =>
  new ConvexHttpClient(fixture.current.url, { logger: false, skipMutationQueue: true } as never);
const ticks = (by: string) => client().query(api.ticks.count, { by });
/** Long enough to cancel a job before it runs, on two busy cores. */
const LATER_MS = 1_500;
let groups = 0;
const aGroup = () => `group ${++groups}`;

describe("mutations", () => {
  test("are serialisable: concurrent transfers keep the total", async () => {
    const group = aGroup();
    const [from, to] = await client().mutation(api.reading.seed, { group, ranks: [0, 0] });
    await Promise.all(
      Array.from({ length: 40 }, () =>
        client().mutation(api.things.move, { from: from!, to: to! }),
      ),
    );
    expect(await client().query(api.things.rank, { id: from! })).toBe(-40);
    expect(await client().query(api.things.rank, { id: to! })).toBe(40);
  });

  test("that fail are rolled back, with their writes and schedules", async () => {
    expect(await refusal(client().mutation(api.transactions.failsLate, { by: "late" }))).toContain(
      "too late",
    );
    await client()
      .mutation(api.calls.refusesInMutation, {})
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ticks("late")).toBe(0);
    expect(await ticks("refused")).toBe(0);
  });

  test("may catch a nested mutation's error: its writes and schedules are undone, their own are kept", async () => {
    const survived = await client().mutation(api.transactions.survivesFailure, { by: "nested" });
    expect(survived.error).toContain("failed on purpose");
    expect(survived.ticks).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ticks("nested")).toBe(1);
  });

  test("see their own writes; a stale snapshot does not", async () => {
    expect(await client().mutation(api.transactions.looksBack, { by: "back" })).toEqual({
      snapshot: 0,
      own: 1,
    });
    expect(await client().mutation(api.transactions.looksBack, { by: "back" })).toEqual({
      snapshot: 1,
      own: 2,
    });
    expect(await client().mutation(api.reading.countOwnWrites, {})).toEqual([1, 0]);
  });

  test("stamp documents with the commit's time, in commit order", async () => {
    const first = await client().mutation(api.transactions.stampsCommit, { group: aGroup() });
    const second = await client().mutation(api.transactions.stampsCommit, { group: aGroup() });
    expect(first.sameWhenRead).toBe(true);
    const stamps = await client().query(api.transactions.byCommit, {});
    expect(stamps).toHaveLength(2);
    expect(stamps[0]).toBeLessThan(stamps[1]!);
    expect(stamps[0]).toBeGreaterThan(BigInt(Date.UTC(2020, 0)) * 1_000_000n);
    const stored = (await client().query(api.things.get, { id: second.id })) as {
      committed: bigint;
    };
    expect(stored.committed).toBe(stamps[1]);
  });

  test("run concurrent nested calls one after the other", async () => {
    expect(
      await client().mutation(api.transactions.inParallel, { by: "parallel", times: 20 }),
    ).toBe(20);
  });

  test("that throw while a nested call runs are rolled back with it, and later calls are served", async () => {
    const text = await refusal(
      client().mutation(api.transactions.throwsWhileCalling, { by: "unfinished" }),
    );
    expect(text).toContain("did not wait");
    expect(await ticks("unfinished")).toBe(0);
    await client().mutation(api.things.add, { group: aGroup(), name: "after" });
  });
});

describe("rules", () => {
  test("queries and mutations may not use what is reserved for actions", async () => {
    for (const refused of [
      await client().query(api.rules.inQuery, {}),
      await client().mutation(api.rules.inMutation, {}),
    ] as Record<string, string>[]) {
      for (const text of Object.values(refused)) {
        expect(text).toContain("in queries and mutations. Please consider using an action.");
      }
      expect(refused.fetch).toContain("Can't use fetch()");
    }
    expect(await client().query(api.rules.globals, {})).toEqual([]);
  });

  test("Date.now is fixed during a function, and Math.random differs between calls", async () => {
    const one = await client().query(api.rules.time, {});
    const other = await client().query(api.rules.time, {});
    expect(one.frozen).toBe(true);
    expect(Math.abs(Date.now() - one.now)).toBeLessThan(60_000);
    expect(one.random[0]).not.toBe(one.random[1]);
    expect(one.random).not.toEqual(other.random);
  });

  test("functions see the deployment's variables, not the machine's", async () => {
    const names = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL", "LABEL", "PATH", "HOME", "toString"];
    expect(await client().query(api.rules.environment, { names })).toEqual({
      CONVEX_CLOUD_URL: fixture.current.url,
      CONVEX_SITE_URL: fixture.current.siteUrl,
      LABEL: "of the app",
    });
  });
});

describe("documents", () => {
  const write = (table: string, value: unknown) =>
    client().mutation(api.reading.write, { table, value });

  test("must match the schema", async () => {
    const wrong = await refusal(write("ticks", { by: 5 }));
    expect(wrong).toContain(
      'Failed to insert or update a document in table "ticks" because it does not match the schema:',
    );
    expect(await refusal(write("nowhere", { a: 1 }))).toContain("nowhere");
    expect(await refusal(write("_scheduled_functions", {}))).not.toContain("no refusal");
    expect(await refusal(write("a.b'; DROP TABLE documents", {}))).not.toContain("no refusal");
    const id = (await write("ticks", { by: "right" })) as string;
    expect(
      await refusal(client().mutation(api.reading.patch, { id, value: { by: null } })),
    ).toContain("does not match the schema");
    expect(await refusal(client().mutation(api.reading.replace, { id, value: {} }))).toContain(
      "does not match the schema",
    );
  });

  test("have system fields that functions cannot set", async () => {
    const id = (await write("anything", { a: 1 })) as string;
    const stored = (await client().query(api.reading.get, { id })) as { _creationTime: number };
    expect(stored).toEqual({ _id: id, _creationTime: expect.any(Number) as number, a: 1 });
    expect(await refusal(write("anything", { _id: id }))).toContain("_id");
    expect(await refusal(write("anything", { _own: 1 }))).toContain("_own");
    const patch = (value: unknown) => client().mutation(api.reading.patch, { id, value });
    expect(await refusal(patch({ _creationTime: 1 }))).toContain("_creationTime");
    expect(await patch({ _id: id, b: 2 })).toEqual({ ...stored, b: 2 });
    expect(await client().mutation(api.reading.replace, { id, value: { c: 3 } })).toEqual({
      _id: id,
      _creationTime: stored._creationTime,
      c: 3,
    });
  });

  test("are at most 1 MiB, 16 levels, 1024 fields and 8192 elements", async () => {
    expect(await refusal(write("anything", { a: "x".repeat(1024 * 1024) }))).toContain("too large");
    const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
    expect(await refusal(write("anything", deep(17)))).toContain("too nested");
    await write("anything", deep(16));
    const wide = (fields: number) =>
      Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${String(i)}`, i]));
    expect(await refusal(write("anything", wide(1025)))).toContain("too many fields");
    expect(await refusal(write("anything", { a: Array(8193).fill(0) }))).toContain("too long");
    expect(await refusal(write("anything", { "": 1 }))).toContain("no refusal");
    expect(await refusal(write("anything", { $a: 1 }))).not.toContain("no refusal");
    expect(await refusal(write("anything", { "\u00e9": 1 }))).not.toContain("no refusal");
  });

  test("have ids that contain their table", async () => {
    const thing = await client().mutation(api.things.add, { group: aGroup(), name: "a" });
    const tick = (await write("ticks", { by: "id" })) as string;
    expect(thing).toMatch(/^[0-9a-hjkmnp-tv-z]{32}$/);
    expect(await refusal(client().query(api.things.get, { id: tick as never }))).toContain(
      "ArgumentValidationError",
    );
    expect(await client().query(api.reading.normalize, { table: "things", id: thing })).toBe(thing);
    expect(await client().query(api.reading.normalize, { table: "ticks", id: thing })).toBeNull();
    for (const id of [
      "",
      "x",
      thing.slice(1),
      `${thing}0`,
      thing.toUpperCase(),
      "../../etc/passwd",
      "\u0000",
    ]) {
      expect(await client().query(api.reading.normalize, { table: "things", id })).toBeNull();
      expect(await refusal(client().query(api.reading.get, { id }))).toContain(
        "Invalid argument `id` for `db.get`: Unable to decode ID",
      );
    }
    await client().mutation(api.things.remove, { id: thing });
    expect(await client().query(api.things.get, { id: thing })).toBeNull();
    expect(await refusal(client().mutation(api.things.remove, { id: thing }))).toContain(
      `Delete on nonexistent document ID ${thing}`,
    );
    expect(await refusal(client().mutation(api.things.rename, { id: thing, name: "b" }))).toContain(
      `Update on nonexistent document ID ${thing}`,
    );
  });
});

describe("reading", () => {
  test("a page starts at its cursor, and a cursor of another query is refused", async () => {
    const paged = aGroup();
    await client().mutation(api.reading.seed, { group: paged, ranks: [1, 2, 3, 4, 5] });
    const page = async (cursor: string | null, numItems = 2) =>
      (await client().query(api.things.page, {
        group: paged,
        paginationOpts: { cursor, numItems },
      })) as { page: string[]; isDone: boolean; continueCursor: string };
    const first = await page(null);
    const second = await page(first.continueCursor);
    const third = await page(second.continueCursor);
    expect([first.page, second.page, third.page]).toEqual([["1", "2"], ["3", "4"], ["5"]]);
    expect([first.isDone, second.isDone, third.isDone]).toEqual([false, false, true]);
    expect((await page(third.continueCursor)).page).toEqual([]);
    const elsewhere = {
      group: aGroup(),
      paginationOpts: { cursor: first.continueCursor, numItems: 2 },
    };
    expect(await refusal(client().query(api.things.page, elsewhere))).toContain("InvalidCursor");
    for (const cursor of ["", "x", "bnVsbA", Buffer.from('["x","zz"]').toString("base64url")]) {
      expect(await refusal(page(cursor))).toContain("InvalidCursor");
    }
    expect(await refusal(page(null, 0))).toContain("at least 1");
  });
});

describe("limits", () => {
  test("a mutation may write 16,000 documents; one more fails, with no document written", async () => {
    const text = await refusal(
      client().mutation(api.reading.insertMany, { count: 16_001, size: 1 }),
    );
    expect(text).toContain("Too many writes in a single function execution (limit: 16000)");
    expect(await ticks("x")).toBe(0);
  });

  test("a mutation may write 16 MiB", async () => {
    const text = await refusal(
      client().mutation(api.reading.insertMany, { count: 20, size: 1_000_000 }),
    );
    expect(text).toContain("Too many bytes written in a single function execution (limit: 16 MiB)");
  });

  test("a mutation may schedule 1,000 functions", async () => {
    await client().mutation(api.jobs.scheduleMany, { count: 1000 });
    expect(await refusal(client().mutation(api.jobs.scheduleMany, { count: 1001 }))).toContain(
      "Too many functions scheduled by this mutation (limit: 1000)",
    );
  });
});

describe("scheduled functions", () => {
  const stateOf = (id: never) => client().query(api.jobs.stateOf, { id });
  /** Waits for a job to end. */
  const ended = async (id: never) => {
    for (;;) {
      const state = (await stateOf(id)) as { kind: string };
      if (state.kind !== "pending" && state.kind !== "inProgress") return state;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  test("run when they are due, mutations and actions, and have their outcome in `_scheduled_functions`", async () => {
    const mutation = await client().mutation(api.jobs.schedule, {
      what: "tick",
      by: "job",
      after: 0,
    });
    const action = await client().mutation(api.jobs.schedule, {
      what: "tickFromAction",
      by: "job",
      after: 20,
    });
    expect(await ended(mutation as never)).toEqual({ kind: "success" });
    expect(await ended(action as never)).toEqual({ kind: "success" });
    expect(await ticks("job")).toBe(2);
    expect(await client().query(api.jobs.get, { id: action })).toMatchObject({
      _id: action,
      name: "ticks.js:tickFromAction",
      args: [{ by: "job" }],
      scheduledTime: expect.any(Number) as number,
      completedTime: expect.any(Number) as number,
    });
  });

  test("that fail have their error, and are rolled back", async () => {
    const id = await client().mutation(api.jobs.schedule, {
      what: "tickAndFail",
      by: "failing job",
      after: 0,
    });
    const state = (await ended(id as never)) as { kind: string; error?: string };
    expect(state.kind).toBe("failed");
    expect(state.error).toContain("failed on purpose");
    expect(await ticks("failing job")).toBe(0);
  });

  test("can be canceled before they run, and not after", async () => {
    const id = await client().mutation(api.jobs.schedule, {
      what: "tick",
      by: "canceled",
      after: LATER_MS,
    });
    await client().mutation(api.jobs.cancel, { id });
    expect(await ended(id as never)).toEqual({ kind: "canceled" });
    await new Promise((resolve) => setTimeout(resolve, LATER_MS + 50));
    expect(await ticks("canceled")).toBe(0);
    const done = await client().mutation(api.jobs.schedule, { what: "tick", by: "done", after: 0 });
    await ended(done as never);
    await client().mutation(api.jobs.cancel, { id: done });
    expect(await stateOf(done as never)).toEqual({ kind: "success" });
  });

  test("a cron of an interval has run once since the push", async () => {
    expect(await ticks("cron")).toBe(1);
  });
});

describe("components", () => {
  test("have their own tables, in each mount", async () => {
    expect(await client().mutation(api.counters.add, { which: "counter", by: 2 })).toBe(2);
    expect(await client().mutation(api.counters.add, { which: "counter", by: 3 })).toBe(5);
    expect(await client().mutation(api.counters.add, { which: "second", by: 7 })).toBe(7);
    expect(await client().query(api.counters.counts, { which: "counter" })).toEqual([2, 3]);
    expect(await client().query(api.counters.counts, { which: "second" })).toEqual([7]);
    expect(await client().query(api.things.count, { group: "counter" })).toBe(0);
  });

  test("see only the variables that are passed to them", async () => {
    const names = ["LABEL", "CONVEX_CLOUD_URL", "CONVEX_SITE_URL", "JWKS", "PATH"];
    const of = async (which: "counter" | "second") =>
      (await client().query(api.counters.environment, { which, names })) as object;
    const urls = {
      CONVEX_CLOUD_URL: fixture.current.url,
      CONVEX_SITE_URL: fixture.current.siteUrl,
    };
    expect(await of("counter")).toEqual({ LABEL: "fixed", ...urls });
    expect(await of("second")).toEqual({ LABEL: "of the app", ...urls });
  });

  test("run in the caller's transaction, and are rolled back alone when it catches their error", async () => {
    const before = await client().query(api.counters.counts, { which: "second" });
    expect(await client().mutation(api.counters.tryAdd, { which: "second", by: -1 })).toContain(
      "only goes up",
    );
    expect(await client().query(api.counters.counts, { which: "second" })).toEqual(before);
    expect(await client().mutation(api.counters.tryAdd, { which: "second", by: 1 })).toBe("added");
  });

  test("hide their internal functions from the app", async () => {
    expect(await refusal(client().mutation(api.counters.callHidden, {}))).toContain("lib:hidden");
  });

  test("call the app through its function handle, and are called through theirs", async () => {
    await client().mutation(api.counters.tickThroughHandle, { by: "handle" });
    expect(await ticks("handle")).toBe(1);
    const handle = await client().query(api.counters.handleToAdd, {});
    expect(handle).toMatch(/^function:\/\//);
    expect(await client().query(api.counters.handleToAdd, {})).toBe(handle);
    await client().mutation(api.counters.callHandle, { handle, args: { by: 100 } });
    expect(await client().query(api.counters.counts, { which: "counter" })).toContain(100);
    const made_up = "function://0123456789abcdef0123456789abcdef#lib:add";
    expect(
      await refusal(client().mutation(api.counters.callHandle, { handle: made_up, args: {} })),
    ).toContain("Function handle not found");
  });
});

// Last: each takes seconds until it is found out.
describe("functions that never end", () => {
  test("an endless mutation is rolled back, and other commits are kept", async () => {
    const group = aGroup();
    const before = client().mutation(api.things.add, { group, name: "before" });
    const endless = refusal(client().mutation(api.rules.endlessMutation, { by: "endless" }));
    const behind = client().query(api.calls.double, { n: 1 });
    const after = client().mutation(api.things.add, { group, name: "after" });
    expect(await endless).toContain("Function execution timed out (maximum duration: 1s)");
    // Its thread is being replaced.
    await client().mutation(api.things.add, { group, name: "meanwhile" });
    await Promise.all([before, after]);
    expect(await behind).toBe(2);
    expect(await client().query(api.things.count, { group })).toBe(3);
    expect(await ticks("endless")).toBe(0);
  });

  test("an endless scheduled mutation fails once, and the jobs behind it run", async () => {
    const schedule = (what: "endless" | "tick", after: number) =>
      client().mutation(api.jobs.schedule, { what, by: "behind the endless", after });
    const [endless, behind] = [await schedule("endless", 0), await schedule("tick", 1)];
    const stateOf = (id: typeof endless) => client().query(api.jobs.stateOf, { id });
    await expect.poll(() => stateOf(behind), { timeout: 20_000 }).toEqual({ kind: "success" });
    const error = "Function execution timed out (maximum duration: 1s)\n";
    expect(await stateOf(endless)).toEqual({ kind: "failed", error });
    expect(await ticks("behind the endless")).toBe(1);
  });

  test("an endless action does not stop queries and mutations", async () => {
    void client()
      .action(api.rules.endlessAction, {})
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await client().query(api.calls.double, { n: 3 })).toBe(6);
    await client().mutation(api.things.add, { group: aGroup(), name: "meanwhile" });
  });
});
