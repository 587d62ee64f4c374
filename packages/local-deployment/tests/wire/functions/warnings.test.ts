/** The warnings that are logged when a function comes near a limit. */
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { describe, expect, test } from "vitest";
import { FunctionLog } from "../../../../../tests/support/function-log.ts";
import { pushedDeployment } from "../support/deployment.ts";
import { refusal } from "../support/http.ts";

const MIB = 1024 * 1024;

const FUNCTIONS = `
  import { actionGeneric as action, makeFunctionReference as ref, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
  const bytes = (size) => new ArrayBuffer(size);
  const deep = (levels) => { let value = 1; for (let i = 0; i < levels; i++) value = [value]; return value; };

  export const seed = mutation({ handler: async (ctx, { count, size = 0 }) => {
    const ids = [];
    for (let i = 0; i < count; i++) ids.push(await ctx.db.insert("notes", { body: bytes(size) }));
    return ids.slice(0, 4_000);
  } });
  export const read = query({ handler: async (ctx, { ids, times = 1, fails = false }) => {
    for (let i = 0; i < times; i++) for (const id of ids) await ctx.db.get(id);
    if (fails) throw new Error("on purpose");
  } });
  export const readNested = query({ handler: async (ctx, args) => { await ctx.runQuery(ref("f:read"), args); } });
  export const returns = query({ handler: async (_ctx, { size }) => bytes(size) });
  export const write = mutation({ handler: async (ctx, { documents = [], schedules = [], undone = false, count = 0 }) => {
    const ids = [];
    const insert = async () => {
      for (const { size = 0, levels = 0 } of documents) ids.push(await ctx.db.insert("notes", { body: bytes(size), deep: deep(levels) }));
    };
    await insert();
    if (undone) for (const id of ids) await ctx.db.delete(id);
    for (const size of schedules) await ctx.scheduler.runAfter(1e9, ref("f:returns"), { body: bytes(size) });
    for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(1e9, ref("f:returns"), {});
    return ids;
  } });
  export const acts = action({ handler: async (_ctx, { size }) => bytes(size) });
  export const talks = query({ handler: async (_ctx, { size }) => {
    for (let i = 0; i < 300; i++) console.log(i);
    return bytes(size);
  } });
`;

const NODE = `
  "use node";
  import { actionGeneric as action } from "convex/server";
  export const acts = action({ handler: async (_ctx, { size }) => new ArrayBuffer(size) });
`;

const HTTP = `
  import { httpActionGeneric as httpAction, httpRouter } from "convex/server";
  const http = httpRouter();
  http.route({ path: "/large", method: "GET", handler: httpAction(async () => new Response("x".repeat(17 * ${MIB}))) });
  export default http;
`;

const deployment = pushedDeployment({
  "convex/f.ts": FUNCTIONS,
  "convex/n.ts": NODE,
  "convex/http.ts": HTTP,
});
const client = () => new ConvexHttpClient(deployment.current.url, { logger: false });
const { f, n } = anyApi;

const ADVICE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

/** On a busy machine, any function may take long. */
const SLOW = "Function execution took a long time.";

/** Makes a call. @returns the warnings that were logged for its last function */
async function warningsOf(call: () => Promise<unknown>): Promise<string[]> {
  const log = await FunctionLog.from(deployment.current);
  await call();
  const { logLines } = (await log.next()).at(-1)!;
  return logLines
    .filter(({ level }) => level === "WARN")
    .map(({ messages }) => messages.join(" "))
    .filter((text) => !text.startsWith(SLOW));
}

const read = (args: object) => client().query(f!.read!, args);
const write = async (args: object) => (await client().mutation(f!.write!, args)) as string[];
const seed = async (count: number, size = 0) =>
  (await client().mutation(f!.seed!, { count, size })) as string[];

describe("a function that comes near a limit logs a warning about", () => {
  test("nothing, when it stays far below its limits", async () => {
    expect(await warningsOf(() => write({ documents: [{}] }))).toEqual([]);
  });

  test("its arguments", async () => {
    const filling = "x".repeat(14 * MIB);
    // Around the text: the array, the object, the text and the empty array, and two fields' names.
    const size = filling.length + 2 + 2 + 2 + 2 + 4 + 8;
    expect(await warningsOf(() => read({ ids: [], filling }))).toEqual([
      `Large size of the function arguments (actual: ${String(size)} bytes, limit: 16777216 bytes).`,
    ]);
  });

  test("documents read, unless they exceed the limit", async () => {
    const ids = await seed(1);
    expect(await warningsOf(() => read({ ids, times: 26_000 }))).toEqual([
      `Many documents read in a single function execution (actual: 26000, limit: 32000). ${ADVICE}`,
    ]);
    const failing = () => refusal(read({ ids, times: 26_000, fails: true }));
    expect(await warningsOf(failing)).toHaveLength(1);
    expect(await warningsOf(() => refusal(read({ ids, times: 32_001 })))).toEqual([]);
  });

  test("reads, nested ones once, for the outermost function", async () => {
    const ids = await seed(3_500);
    const words = `Many reads in a single function execution (actual: 3500, limit: 4096). ${ADVICE}`;
    expect(await warningsOf(() => read({ ids }))).toEqual([words]);
    expect(await warningsOf(() => client().query(f!.readNested!, { ids }))).toEqual([words]);
  });

  test("bytes read", async () => {
    const ids = await seed(1, 700_000);
    const [warning] = await warningsOf(() => read({ ids, times: 20 }));
    expect(warning).toMatch(
      /^Many bytes read in a single function execution \(actual: 1400\d{4} bytes, limit: 16777216 bytes\)\. Consider/,
    );
  });

  test("writes and bytes written", async () => {
    expect(await warningsOf(() => seed(13_000))).toEqual([
      "Many writes in a single function execution (actual: 13000, limit: 16000).",
    ]);
    const [warning] = await warningsOf(() => seed(20, 700_000));
    expect(warning).toMatch(
      /^Many bytes written in a single function execution \(actual: 1400\d{4} bytes, limit: 16777216 bytes\)\.$/,
    );
  });

  test("functions scheduled, and their arguments", async () => {
    expect(await warningsOf(() => write({ count: 900 }))).toEqual([
      "Many functions scheduled by this mutation (actual: 900, limit: 1000).",
    ]);
    const overhead = 2 + 2 + 5 + 2;
    expect(await warningsOf(() => write({ schedules: Array<number>(5).fill(3 * MIB) }))).toEqual([
      `Large total size of the arguments of scheduled functions from this mutation (actual: ${String(5 * (3 * MIB + overhead))} bytes, limit: 16777216 bytes).`,
    ]);
    expect(await warningsOf(() => write({ schedules: [5 * MIB] }))).toEqual([
      `Large arguments for a single scheduled function from this mutation. This will become a hard error in the future (actual: ${String(5 * MIB + overhead)} bytes, limit: 4194304 bytes).`,
    ]);
  });

  test("large and deeply nested documents that were kept", async () => {
    let ids: string[] = [];
    const documents = [{ size: 900_000 }, { levels: 14 }, { size: 10 }];
    const warnings = await warningsOf(async () => (ids = await write({ documents })));
    expect(warnings[0]).toMatch(
      new RegExp(
        `^Large document written with ID "${ids[0]!}" \\(actual: 9000\\d\\d bytes, limit: 1048576 bytes\\)\\.$`,
      ),
    );
    expect(warnings.slice(1)).toEqual([
      `Deeply nested document written with ID "${ids[1]!}" (actual: 15 levels, limit: 16 levels).`,
    ]);
    expect(await warningsOf(() => write({ documents, undone: true }))).toEqual([]);
  });

  test("its return value", async () => {
    const call = () => client().query(f!.returns!, { size: 14 * MIB });
    expect(await warningsOf(call)).toEqual([
      `Large size of the function return value (actual: ${String(14 * MIB + 2)} bytes, limit: 16777216 bytes).`,
    ]);
  });
});

test("an action logs a warning about its arguments and its return value; a Node action does not", async () => {
  const size = 14 * MIB;
  expect(await warningsOf(() => client().action(f!.acts!, { size }))).toEqual([
    `Large size of the action return value (actual: ${String(size + 2)} bytes, limit: 16777216 bytes).`,
  ]);
  const filling = "x".repeat(size);
  const [warning] = await warningsOf(() => client().action(f!.acts!, { size: 1, filling }));
  expect(warning).toMatch(/^Large size of the action arguments \(actual: 146\d{5} bytes, limit:/);
  expect(await warningsOf(() => client().action(n!.acts!, { size }))).toEqual([]);
});

test("an HTTP action logs a warning about its response", async () => {
  const call = async () => await (await fetch(`${deployment.current.siteUrl}/large`)).text();
  expect(await warningsOf(call)).toEqual([
    `Large response returned from an HTTP action (actual: ${String(17 * MIB)} bytes, limit: 20971520 bytes).`,
  ]);
});

test("a warning is the last log line, even after a truncated log, and the CLI shows it", async () => {
  const words = `Large size of the function return value (actual: ${String(14 * MIB + 2)} bytes, limit: 16777216 bytes).`;
  const logs = deployment.project.follow("logs", "--success");
  await logs.until("Watching logs");
  const talk = () => client().query(f!.talks!, { size: 14 * MIB });
  expect(await warningsOf(talk)).toEqual([words]);
  // The CLI first asks where the log stands, and shows what comes after.
  const shown = logs.until(`[CONVEX Q(f:talks)] [WARN] ${words}`);
  const again = setInterval(() => void talk().catch(() => undefined), 500);
  await shown.finally(() => {
    clearInterval(again);
  });
});
