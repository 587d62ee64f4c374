/** The limits on arguments and results, their sizes as Convex counts them, and production's errors. */
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { getConvexSize, getDocumentSize, type Value } from "convex/values";
import { describe, expect, test } from "vitest";
import { pushedDeployment } from "../support/deployment.ts";
import { refusal } from "../support/http.ts";
import { liveClient, watch } from "../support/sync.ts";

const MIB = 1024 * 1024;

/** Invalid results, the same for each kind of function. */
const RESULTS = `
  const nested = (levels) => { let value = 1; for (let i = 0; i < levels; i++) value = [value]; return value; };
  export const results = {
    long: () => ({ list: Array(8193).fill(0) }),
    deep: () => nested(65),
    bottomless: () => nested(200),
    wide: () => Object.fromEntries(Array.from({ length: 1025 }, (_, i) => ["f" + i, 0])),
    half: () => "\\ud800",
    trailing: () => ["\\udc00"],
    large: () => new ArrayBuffer(${16 * MIB} - 1),
    largest: () => new ArrayBuffer(${16 * MIB} - 2),
  };
`;

const FUNCTIONS = `
  import { actionGeneric as action, makeFunctionReference as ref, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
  import { results } from "./results";
  const result = async (_ctx, { what }) => results[what]();
  export const queried = query({ handler: result });
  export const mutated = mutation({ handler: result });
  export const acted = action({ handler: result });

  const caught = async (work) => { try { await work(); return "none"; } catch (error) { return error.message; } };
  export const nestedResult = query({ handler: (ctx, args) => caught(() => ctx.runQuery(ref("f:queried"), args)) });
  export const nestedMutation = mutation({ handler: (ctx, args) => caught(() => ctx.runMutation(ref("f:mutated"), args)) });
  export const resultInAction = action({ handler: (ctx, args) => caught(() => ctx.runMutation(ref("f:mutated"), args)) });

  const argOf = (what) => what === "bytes" ? new ArrayBuffer(${16 * MIB}) : results[what]();
  export const taking = query({ handler: async () => null });
  export const nestedArgument = query({ handler: (ctx, { what }) => caught(() => ctx.runQuery(ref("f:taking"), { value: argOf(what) })) });
  export const argumentInMutation = mutation({ handler: (ctx, { what }) => caught(() => ctx.runQuery(ref("f:taking"), { value: argOf(what) })) });
  export const argumentInAction = action({ handler: (ctx, { what }) => caught(() => ctx.runQuery(ref("f:taking"), { value: argOf(what) })) });
  export const scheduledArgument = mutation({ handler: (ctx, { what }) => caught(() => ctx.scheduler.runAfter(1e9, ref("f:taking"), { value: argOf(what) })) });

  export const echo = query({ handler: async (_ctx, { value }) => value });
  export const recurse = query({ handler: async (ctx, { more }) => more === 0 ? 0 : 1 + await ctx.runQuery(ref("f:recurse"), { more: more - 1 }) });
  export const recurseMutation = mutation({ handler: async (ctx, { more }) => more === 0 ? 0 : 1 + await ctx.runMutation(ref("f:recurseMutation"), { more: more - 1 }) });
  export const recurseFromAction = action({ handler: (ctx, args) => ctx.runQuery(ref("f:recurse"), args) });

  export const write = mutation({ handler: async (ctx, { document }) => {
    const before = await ctx.meta.getTransactionMetrics();
    const id = await ctx.db.insert("notes", document);
    const stored = await ctx.db.get(id);
    const after = await ctx.meta.getTransactionMetrics();
    await ctx.scheduler.runAfter(1e9, ref("f:taking"), document);
    const scheduled = await ctx.meta.getTransactionMetrics();
    const of = (name) => after[name].used - before[name].used;
    return { stored, read: of("bytesRead"), written: of("bytesWritten"), scheduled: scheduled.scheduledFunctionArgsBytes.used };
  } });
  export const writeLarge = mutation({ handler: (ctx, { size, fields }) => caught(() =>
    ctx.db.insert("notes", fields ? Object.fromEntries(Array.from({ length: fields }, (_, i) => ["f" + i, 0])) : { a: new ArrayBuffer(size) })) });
`;

const NODE = `
  "use node";
  import { actionGeneric as action } from "convex/server";
  import { results } from "./results";
  export const actedInNode = action({ handler: async (_ctx, { what }) => results[what]() });
`;

const deployment = pushedDeployment({
  "convex/results.ts": RESULTS,
  "convex/f.ts": FUNCTIONS,
  "convex/n.ts": NODE,
});
const client = () => new ConvexHttpClient(deployment.current.url, { logger: false });
const { f, n } = anyApi;

const TOO_LONG = "Array length is too long (8193 > maximum length 8192)";
const TOO_DEEP = "Value is too nested (nested 65 levels deep > maximum nesting 64)";
const INVALID: Readonly<Record<string, (path: string) => string>> = {
  long: (path) => `Function ${path} return value invalid: ${TOO_LONG}`,
  deep: (path) => `Function ${path} return value invalid: ${TOO_DEEP}`,
  wide: (path) =>
    `Function ${path} return value invalid: Object has too many fields (1025 > maximum number 1024)`,
  bottomless: (path) =>
    `Function ${path} failed. Could not parse return value as json: recursion limit exceeded at line 1 column 128`,
  half: (path) =>
    `Function ${path} failed. Could not parse return value as json: unexpected end of hex escape at line 1 column 8`,
  trailing: (path) =>
    `Function ${path} failed. Could not parse return value as json: lone leading surrogate in hex escape at line 1 column 8`,
  large: (path) => `Function ${path} return value is too large (actual: 16.00 MiB, limit: 16 MiB)`,
};

describe("an invalid result", () => {
  test.each(Object.keys(INVALID))("%s fails its function, of each kind", async (what) => {
    const words = INVALID[what]!;
    expect(await refusal(client().query(f!.queried!, { what }))).toContain(words("f.js:queried"));
    expect(await refusal(client().mutation(f!.mutated!, { what }))).toContain(
      words("f.js:mutated"),
    );
    expect(await refusal(client().action(f!.acted!, { what }))).toContain(words("f.js:acted"));
    expect(await refusal(client().action(n!.actedInNode!, { what }))).toContain(
      words("n.js:actedInNode"),
    );
  });

  test.each(Object.keys(INVALID))(
    "%s of a nested call can be caught, with the same message",
    async (what) => {
      const words = INVALID[what]!;
      const message = (name: string) => `${words(name)}\n`;
      expect(await client().query(f!.nestedResult!, { what })).toBe(message("f.js:queried"));
      expect(await client().mutation(f!.nestedMutation!, { what })).toBe(message("f.js:mutated"));
      expect(await client().action(f!.resultInAction!, { what })).toBe(message("f.js:mutated"));
    },
  );

  test("is the error of a live query", async () => {
    const watched = watch(liveClient(deployment.current.url), f!.queried!, { what: "deep" });
    await watched.until(() => watched.errors.length === 1);
    expect(watched.errors[0]?.message).toContain(INVALID.deep!("f.js:queried"));
  });
});

describe("an invalid argument", () => {
  test("of a client is refused", async () => {
    for (const [what, call] of [
      ["echo", (args: object) => client().query(f!.echo!, args)],
      ["mutated", (args: object) => client().mutation(f!.mutated!, args)],
      ["acted", (args: object) => client().action(f!.acted!, args)],
    ] as const) {
      const words = `Invalid arguments for f.js:${what}: ${TOO_LONG}`;
      expect(await refusal(call({ value: Array(8193).fill(0) }))).toContain(words);
    }
    const deep = JSON.parse("[".repeat(63) + "]".repeat(63)) as Value;
    expect(await refusal(client().query(f!.echo!, { value: deep }))).toContain(
      `Invalid arguments for f.js:echo: ${TOO_DEEP}`,
    );
  });

  test("of a function is refused, with the message of nested calls or of actions", async () => {
    const nested = `Invalid argument \`args\` for \`runUdf\`: ${TOO_LONG}`;
    expect(await client().query(f!.nestedArgument!, { what: "long" })).toBe(nested);
    expect(await client().mutation(f!.argumentInMutation!, { what: "long" })).toBe(nested);
    expect(await client().action(f!.argumentInAction!, { what: "long" })).toBe(
      `Invalid arguments for f.js:taking: ${TOO_LONG}\n`,
    );
    expect(await client().mutation(f!.scheduledArgument!, { what: "long" })).toBe(
      `Invalid arguments for f.js:taking: ${TOO_LONG}`,
    );
  });

  test("that is too large is refused in each kind of call", async () => {
    const words = "Arguments for f.js:taking are too large (actual: 16.00 MiB, limit: 16 MiB)";
    for (const call of [
      client().query(f!.nestedArgument!, { what: "bytes" }),
      client().mutation(f!.argumentInMutation!, { what: "bytes" }),
    ]) {
      expect(await call).toBe(words);
    }
    expect(await client().action(f!.argumentInAction!, { what: "bytes" })).toBe(`${words}\n`);
  });
});

describe("sizes are Convex's, not the JSON text's", () => {
  test("a result of 16 MiB of bytes, 22 MB as text, is returned", async () => {
    for (const call of [
      client().query(f!.queried!, { what: "largest" }),
      client().mutation(f!.mutated!, { what: "largest" }),
      client().action(f!.acted!, { what: "largest" }),
    ]) {
      expect(await call).toHaveProperty("byteLength", 16 * MIB - 2);
    }
  });

  test("text is counted in UTF-8 bytes, not in characters", async () => {
    const call = client().query(f!.echo!, { value: "é".repeat(8 * MIB - 1) });
    // The argument has 6 bytes more than the result: its field and its array.
    expect(await refusal(call)).toContain(
      "Arguments for f.js:echo are too large (actual: 16.00 MiB",
    );
  });

  test("a transaction's metrics count documents with their system fields, and scheduled arguments with their array", async () => {
    const document = {
      text: 'né\n"',
      count: 5n,
      list: [1.5, null, true],
      bytes: new ArrayBuffer(3),
    };
    const { stored, read, written, scheduled } = (await client().mutation(f!.write!, {
      document,
    })) as { stored: Record<string, Value>; read: number; written: number; scheduled: number };
    expect(getConvexSize(stored)).toBe(getDocumentSize(document));
    expect({ read, written }).toEqual({
      read: getConvexSize(stored),
      written: getConvexSize(stored),
    });
    expect(scheduled).toBe(getConvexSize([document]));
  });

  test("a document is at most 1 MiB with its system fields", async () => {
    const write = (size: number) => client().mutation(f!.writeLarge!, { size }) as Promise<string>;
    // The size of `{ a, _id, _creationTime }` with no bytes in `a`.
    const overhead = 2 + (2 + 2) + (4 + 2 + 32) + (14 + 9);
    expect(await write(MIB - overhead)).toBe("none");
    expect(await write(MIB - overhead + 1)).toBe(
      "Value is too large (1.00 MiB > maximum size 1 MiB)",
    );
    const fields = (count: number) =>
      client().mutation(f!.writeLarge!, { fields: count }) as Promise<string>;
    expect(await fields(1022)).toBe("none");
    for (const count of [1023, 1024]) {
      expect(await fields(count)).toBe("Object has too many fields (1025 > maximum number 1024)");
    }
    expect(await fields(1025)).toBe(
      "Invalid argument `value` for `db.insert`: Object has too many fields (1025 > maximum number 1024)",
    );
  });
});

describe("functions call functions", () => {
  const words =
    "Cross component call depth limit exceeded. Do you have an infinite loop in your app?";

  test("up to eight levels deep", async () => {
    expect(await client().query(f!.recurse!, { more: 8 })).toBe(8);
    expect(await refusal(client().query(f!.recurse!, { more: 9 }))).toContain(words);
    expect(await client().mutation(f!.recurseMutation!, { more: 8 })).toBe(8);
    expect(await refusal(client().mutation(f!.recurseMutation!, { more: 9 }))).toContain(words);
  });

  test("and a call by an action starts at level one", async () => {
    expect(await client().action(f!.recurseFromAction!, { more: 8 })).toBe(8);
    expect(await refusal(client().action(f!.recurseFromAction!, { more: 9 }))).toContain(words);
  });
});
