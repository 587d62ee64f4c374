/** A transaction's metrics, and functions that exceed its limits. */
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { getDocumentSize } from "convex/values";
import { describe, expect, test } from "vitest";
import { FunctionLog } from "../../../../../tests/support/function-log.ts";
import { pushedDeployment } from "../support/deployment.ts";
import { refusal } from "../support/http.ts";

const FUNCTIONS = `
  import { makeFunctionReference as ref, mutationGeneric as mutation, queryGeneric as query } from "convex/server";

  export const seed = mutation({ handler: async (ctx, { group, size }) => {
    const ids = [];
    for (let rank = 0; rank < size; rank++) ids.push(await ctx.db.insert("notes", { group, rank }));
    return ids;
  } });

  const used = async (ctx) => Object.fromEntries(Object.entries(await ctx.meta.getTransactionMetrics()).map(([name, { used }]) => [name, used]));
  const remaining = async (ctx) => Object.fromEntries(Object.entries(await ctx.meta.getTransactionMetrics()).map(([name, { remaining }]) => [name, remaining]));
  const ranks = (ctx, group, from, to, order = "asc") =>
    ctx.db.query("notes").withIndex("by_group_rank", (q) => q.eq("group", group).gte("rank", from).lt("rank", to)).order(order);
  const reads = {
    sameGet: async (ctx, { ids, times }) => { for (let i = 0; i < times; i++) await ctx.db.get(ids[0]); },
    gets: async (ctx, { ids }) => { for (const id of ids) await ctx.db.get(id); },
    nothing: async (ctx, { group }) => { ranks(ctx, group, 0, 5); },
    adjacent: async (ctx, { group }) => { await ranks(ctx, group, 0, 5).collect(); await ranks(ctx, group, 5, 10).collect(); },
    apart: async (ctx, { group }) => { await ranks(ctx, group, 0, 4).collect(); await ranks(ctx, group, 5, 10).collect(); },
    joined: async (ctx, args) => { await reads.apart(ctx, args); await ranks(ctx, args.group, 3, 6).collect(); },
    nowhere: async (ctx) => { await ctx.db.query("nowhere").collect(); },
    firsts: async (ctx, { group }) => { for (let i = 0; i < 3; i++) await ranks(ctx, group, 0, 10).first(); },
    firstAndLast: async (ctx, { group }) => { await ranks(ctx, group, 0, 10).first(); await ranks(ctx, group, 0, 10, "desc").first(); },
    open: async (ctx, { group }) => {
      await ranks(ctx, group, 4, 5).collect();
      const reading = ranks(ctx, group, 0, 10)[Symbol.asyncIterator]();
      const counts = [];
      for (let i = 0; i < 6; i++) { await reading.next(); counts.push((await used(ctx)).databaseQueries); }
      return counts;
    },
    twoIndexes: async (ctx, { ids, group }) => { await ctx.db.get(ids[0]); await ctx.db.query("notes").first(); await ranks(ctx, group, 0, 1).first(); },
  };
  export const reading = query({ handler: async (ctx, args) => {
    const result = await reads[args.what](ctx, args) ?? null;
    const { databaseQueries, documentsRead, bytesRead } = await used(ctx);
    return { result, databaseQueries, documentsRead, bytesRead };
  } });
  export const insertsAndReads = mutation({ handler: async (ctx, { ids }) => {
    const counts = [];
    for (let rank = 0; rank < 3; rank++) await ctx.db.insert("notes", { group: "inserted", rank });
    counts.push((await used(ctx)).databaseQueries);
    await ctx.db.get(ids[0]);
    counts.push((await used(ctx)).databaseQueries);
    return counts;
  } });
  export const patchesTwice = mutation({ handler: async (ctx, { ids }) => {
    await ctx.db.patch(ids[0], { rank: 100 });
    await ctx.db.patch(ids[0], { rank: 101 });
    await ctx.db.patch(ids[0], { rank: 101 });
    await ctx.db.delete(ids[0]);
    return used(ctx);
  } });

  export const page = query({ handler: async (ctx, { group, paginationOpts, before = 0 }) => {
    for (let i = 0; i < before; i++) await ranks(ctx, group, 0, 1).first();
    return await ctx.db.query("notes").withIndex("by_group_rank", (q) => q.eq("group", group)).paginate(paginationOpts);
  } });
  export const pages = query({ handler: async (ctx, { group, inOne }) => {
    const args = { group, paginationOpts: { numItems: 2, cursor: null } };
    const sizes = [];
    for (let i = 0; i < 2; i++) {
      const { page } = inOne
        ? await ctx.db.query("notes").withIndex("by_group_rank", (q) => q.eq("group", group)).paginate(args.paginationOpts)
        : await ctx.runQuery(ref("f:page"), args);
      sizes.push(page.length);
    }
    return sizes;
  } });
  export const limitedPage = query({ handler: async (ctx, { transactionLimits, ...args }) =>
    await ctx.runQuery(ref("f:page"), args, { transactionLimits }) });

  const caught = async (work) => { try { return await work(); } catch (error) { return error.message; } };
  const work = {
    reads: async (ctx, { ids }) => { for (const id of ids) await ctx.db.get(id); return remaining(ctx); },
    writes: async (ctx, { size = 3 }) => { for (let i = 0; i < size; i++) await ctx.db.insert("notes", { group: "limited", rank: i }); return remaining(ctx); },
    schedules: async (ctx) => { await ctx.scheduler.runAfter(1e9, ref("f:idle"), {}); await ctx.scheduler.runAfter(1e9, ref("f:idle"), { a: 1 }); return remaining(ctx); },
    looser: async (ctx, args) => await ctx.runMutation(ref("f:works"), { ...args, what: "writes" }, { transactionLimits: { documentsWritten: 1000 } }),
    metrics: (ctx) => remaining(ctx),
    goesOn: async (ctx, { ids, group }) => {
      const refused = [];
      for (const write of [
        () => ctx.db.insert("notes", { group, rank: 0 }),
        () => ctx.db.patch(ids[0], { rank: 50 }),
        () => ctx.db.delete(ids[1]),
      ]) refused.push((await caught(write))?.includes?.("Too many writes") === true);
      return refused;
    },
    reading: (ctx, args) => ctx.runQuery(ref("f:reading"), { ...args, what: "gets" }),
  };
  export const ranksOf = query({ handler: async (ctx, { group }) => {
    const notes = await ctx.db.query("notes").withIndex("by_id").collect();
    const byIndex = await ctx.db.query("notes").withIndex("by_group_rank", (q) => q.eq("group", group)).collect();
    return [notes.filter((note) => note.group === group), byIndex].map((found) => found.map(({ rank }) => rank).sort());
  } });
  export const idle = mutation({ handler: async () => null });
  export const works = mutation({ handler: (ctx, args) => work[args.what](ctx, args) });
  export const limited = mutation({ handler: async (ctx, { transactionLimits, first = 0, ...args }) => {
    for (let i = 0; i < first; i++) await ctx.db.insert("notes", { group: "first", rank: i });
    const nested = await caught(() => ctx.runMutation(ref("f:works"), args, { transactionLimits }));
    return { nested, after: await remaining(ctx) };
  } });
  export const snapshot = mutation({ handler: async (ctx, { ids }) => {
    const inside = await ctx.runQuery(ref("f:reading"), { what: "gets", ids }, { useStaleSnapshot: true });
    return { inside, outside: await used(ctx) };
  } });
  export const schedulesTooMuch = mutation({ handler: async (ctx) => {
    const refused = await caught(() => ctx.scheduler.runAfter(1e9, ref("f:idle"), { a: new ArrayBuffer(16 * 1024 * 1024) }));
    return { refused, metrics: await used(ctx) };
  } });
  export const writesInQuery = query({ handler: async (ctx) => caught(() => Convex.asyncSyscall("1.0/runUdf", JSON.stringify({ udfType: "mutation", name: "f:idle", args: {} }))) });
`;

const SCHEMA = `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema(
    { notes: defineTable({ group: v.string(), rank: v.number() }).index("by_group_rank", ["group", "rank"]) },
    { strictTableNameTypes: false, schemaValidation: false },
  );
`;

const deployment = pushedDeployment({ "convex/f.ts": FUNCTIONS, "convex/schema.ts": SCHEMA });
const client = () => new ConvexHttpClient(deployment.current.url, { logger: false });
const { f } = anyApi;

let groups = 0;
async function aGroup(size: number): Promise<{ group: string; ids: string[] }> {
  const group = `group ${String(++groups)}`;
  return { group, ids: (await client().mutation(f!.seed!, { group, size })) as string[] };
}

interface Reading {
  readonly result: unknown;
  readonly databaseQueries: number;
  readonly documentsRead: number;
  readonly bytesRead: number;
}
const reading = async (args: object) => (await client().query(f!.reading!, args)) as Reading;

const ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

describe("reads are counted by their ranges", () => {
  test("the same document 5,000 times is one read, and 5,000 documents", async () => {
    const { group, ids } = await aGroup(1);
    const size = getDocumentSize({ group, rank: 0 });
    expect(await reading({ what: "sameGet", ids, times: 5_000 })).toEqual({
      result: null,
      databaseQueries: 1,
      documentsRead: 5_000,
      bytesRead: 5_000 * size,
    });
  });

  test.each([
    ["nothing", 0],
    ["nowhere", 0],
    ["adjacent", 1],
    ["apart", 2],
    ["joined", 1],
    ["firsts", 1],
    ["firstAndLast", 2],
    ["twoIndexes", 3],
    ["gets", 10],
  ])("%s: %i", async (what, count) => {
    expect((await reading({ what, ...(await aGroup(10)) })).databaseQueries).toBe(count);
  });

  test("a query that is read on counts once, and joins another range when it reaches it", async () => {
    const { result } = await reading({ what: "open", ...(await aGroup(10)) });
    // The fifth document was read before; the first range ends where the second begins.
    expect(result).toEqual([2, 2, 2, 2, 1, 1]);
  });

  test("inserted documents count as reads of their ids in `by_id`", async () => {
    const { ids } = await aGroup(1);
    expect(await client().mutation(f!.insertsAndReads!, { ids })).toEqual([0, 4]);
  });

  test("a document written twice counts twice, and a patch that changes nothing does not count", async () => {
    const { group, ids } = await aGroup(1);
    const size = getDocumentSize({ group, rank: 0 });
    expect(await client().mutation(f!.patchesTwice!, { ids })).toMatchObject({
      databaseQueries: 1,
      documentsRead: 4,
      bytesRead: 4 * size,
      documentsWritten: 3,
      bytesWritten: 2 * size,
    });
  });

  test("4,096 are allowed, and 4,097 are refused", async () => {
    const { ids } = await aGroup(4_097);
    const most = await reading({ what: "gets", ids: ids.slice(1) });
    expect(most).toMatchObject({ databaseQueries: 4_096, documentsRead: 4_096 });
    expect(await refusal(reading({ what: "gets", ids }))).toContain(
      `Too many reads in a single function execution (limit: 4096). ${ADVICE}`,
    );
  });
});

interface Page {
  readonly page: { readonly rank: number }[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: string | null;
}

describe("a page", () => {
  const page = async (args: object) => (await client().query(f!.page!, args)) as Page;
  const limitedPage = async (args: object) => (await client().query(f!.limitedPage!, args)) as Page;
  const ranks = ({ page: rows }: Page) => rows.map(({ rank }) => rank);

  test.each([
    ["documents", { documentsRead: 7 }],
    ["bytes", { bytesRead: 7 * getDocumentSize({ group: "group 00", rank: 0 }) + 1 }],
  ])(
    "ends where the limit on %s is reached, and can be continued from there",
    async (_what, limits) => {
      while (groups < 10) await aGroup(0);
      const { group } = await aGroup(10);
      const paginationOpts = { numItems: 20, cursor: null as string | null };
      const partial = await limitedPage({ group, paginationOpts, transactionLimits: limits });
      expect(ranks(partial)).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(partial).toMatchObject({ isDone: false, pageStatus: "SplitRequired" });
      expect(partial.splitCursor).not.toBeNull();
      const rest = { numItems: 20, cursor: partial.continueCursor };
      const second = await page({ group, paginationOpts: rest });
      expect(ranks(second)).toEqual([7, 8, 9]);
      expect(second).toMatchObject({ isDone: true, pageStatus: null });
      const half = { numItems: 20, cursor: null, endCursor: partial.splitCursor };
      expect(ranks(await page({ group, paginationOpts: half }))).toEqual([0, 1, 2, 3]);
    },
  );

  test("for which a limit leaves no document, before there is a cursor, fails as an internal error", async () => {
    const { group } = await aGroup(3);
    const paginationOpts = { numItems: 2, cursor: null as string | null };
    const limits = { documentsRead: 2 };
    const none = limitedPage({ group, paginationOpts, transactionLimits: limits, before: 2 });
    expect(await refusal(none)).toContain("Your request couldn't be completed. Try again later.");
    const { continueCursor } = await page({ group, paginationOpts });
    const later = { numItems: 2, cursor: continueCursor };
    const empty = await limitedPage({
      group,
      paginationOpts: later,
      transactionLimits: limits,
      before: 2,
    });
    expect(empty).toMatchObject({ page: [], isDone: false, pageStatus: "SplitRequired" });
    expect(
      ranks(await page({ group, paginationOpts: { ...later, cursor: empty.continueCursor } })),
    ).toEqual([2]);
  });

  test("recommends a split from three quarters of its own bounds on", async () => {
    const { group } = await aGroup(10);
    const read = (options: object) =>
      page({ group, paginationOpts: { numItems: 20, cursor: null, ...options } });
    expect(await read({ numItems: 6, maximumRowsRead: 8 })).toMatchObject({ pageStatus: null });
    expect(await read({ numItems: 7, maximumRowsRead: 8 })).toMatchObject({
      pageStatus: "SplitRecommended",
    });
    const full = await read({ maximumRowsRead: 8 });
    expect(full).toMatchObject({ pageStatus: "SplitRequired", isDone: false });
    expect(full.page).toHaveLength(8);
    expect(await read({ numItems: 2 })).toMatchObject({ splitCursor: null, pageStatus: null });
    expect(await refusal(read({ numItems: 32_001 }))).toContain("Requested too many items: 32001");
  });

  test("can be read once in each function, nested ones included", async () => {
    const { group } = await aGroup(3);
    expect(await client().query(f!.pages!, { group, inOne: false })).toEqual([2, 2]);
    expect(await refusal(client().query(f!.pages!, { group, inOne: true }))).toContain(
      "This query or mutation function ran multiple paginated queries.",
    );
  });
});

describe("transactionLimits", () => {
  interface Limited {
    readonly nested: unknown;
    readonly after: Record<string, number>;
  }
  const limited = async (args: object) => (await client().mutation(f!.limited!, args)) as Limited;

  test("limit what the called function uses by itself; when it exceeds them, its writes are undone", async () => {
    const { nested, after } = await limited({
      what: "writes",
      first: 4,
      transactionLimits: { documentsWritten: 2 },
    });
    expect(nested).toContain("Too many writes in a single function execution (limit: 6)");
    expect(after.documentsWritten).toBe(16_000 - 4);
    const enough = await limited({
      what: "writes",
      first: 4,
      transactionLimits: { documentsWritten: 3 },
    });
    expect(enough.nested).toMatchObject({ documentsWritten: 0, documentsRead: 32_000 });
    expect(enough.after.documentsWritten).toBe(16_000 - 7);
  });

  test.each([
    [
      { documentsRead: 2 },
      "reads",
      `Too many documents read in a single function execution (limit: 2). ${ADVICE}`,
    ],
    [
      { databaseQueries: 2 },
      "reads",
      `Too many reads in a single function execution (limit: 2). ${ADVICE}`,
    ],
    [
      { bytesRead: 100 },
      "reads",
      `Too many bytes read in a single function execution (limit: 100 bytes). ${ADVICE}`,
    ],
    [
      { bytesWritten: 100 },
      "writes",
      "Too many bytes written in a single function execution (limit: 100 bytes)",
    ],
    [
      { bytesWritten: 0 },
      "writes",
      "Too many bytes written in a single function execution (limit: 0 bytes)",
    ],
    [
      { bytesWritten: 10_240, documentsWritten: 1_000 },
      "many writes",
      "Too many bytes written in a single function execution (limit: 10 KiB)",
    ],
    [
      { functionsScheduled: 1 },
      "schedules",
      "Too many functions scheduled by this mutation (limit: 1)",
    ],
    [
      { scheduledFunctionArgsBytes: 10 },
      "schedules",
      "Too large total size of the arguments of scheduled functions from this mutation (limit: 10 bytes)",
    ],
  ])("%j", async (transactionLimits, what, words) => {
    const { ids } = await aGroup(3);
    const args = what === "many writes" ? { what: "writes", size: 300 } : { what, ids };
    const { nested } = await limited({ ...args, transactionLimits });
    expect(String(nested).split("\n")[0]).toBe(`Uncaught Error: ${words}`);
  });

  test("exceeded in a function that catches the error undo its writes completely", async () => {
    const { group, ids } = await aGroup(3);
    const args = { what: "goesOn", group, ids, transactionLimits: { documentsWritten: 0 } };
    expect((await limited(args)).nested).toEqual([true, true, true]);
    expect(await client().query(f!.ranksOf!, { group })).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test("can only tighten, and apply to nested calls", async () => {
    const { nested } = await limited({
      what: "looser",
      transactionLimits: { documentsWritten: 2 },
    });
    expect(nested).toContain("(limit: 2)");
    const { ids } = await aGroup(3);
    const inQuery = await limited({
      what: "reading",
      ids,
      transactionLimits: { documentsRead: 1 },
    });
    expect(inQuery.nested).toContain(
      "Too many documents read in a single function execution (limit: 1)",
    );
    const { nested: metrics } = await limited({
      what: "metrics",
      transactionLimits: { documentsRead: 1e9, filesRead: 1 },
    });
    expect(metrics).toMatchObject({
      documentsRead: 32_000,
      databaseQueries: 4_096,
      bytesRead: 2 ** 24,
    });
  });

  test("must be whole numbers", async () => {
    for (const documentsRead of [-1, 1.5]) {
      const { nested } = await limited({ what: "metrics", transactionLimits: { documentsRead } });
      expect(nested).toContain("runUdf");
    }
  });
});

describe("not counted", () => {
  test("are the reads of a snapshot query, except in the log", async () => {
    const { ids } = await aGroup(3);
    const log = await FunctionLog.from(deployment.current);
    const { inside, outside } = (await client().mutation(f!.snapshot!, { ids })) as {
      inside: Reading;
      outside: Reading;
    };
    expect(inside).toMatchObject({ databaseQueries: 3, documentsRead: 3 });
    expect(outside).toMatchObject({ databaseQueries: 0, documentsRead: 0, bytesRead: 0 });
    expect((await log.next())[0]?.usageStats.databaseReadDocuments).toBe(3);
  });

  test("is a refused schedule", async () => {
    expect(await client().mutation(f!.schedulesTooMuch!, {})).toMatchObject({
      refused: expect.stringContaining("(limit: 16777216 bytes)") as unknown,
      metrics: { functionsScheduled: 0, scheduledFunctionArgsBytes: 0 },
    });
  });
});

test("a query can't call a mutation", async () => {
  expect(await client().query(f!.writesInQuery!, {})).toBe(
    "Cannot call a Mutation function from a Query function",
  );
});
