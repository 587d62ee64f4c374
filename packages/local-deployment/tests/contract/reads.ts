import { failure, saying, type Case, type Caller } from "./case.ts";
import { api } from "../wire/support/api.ts";

const { reading, things } = api;
const RANKS = [2, "absent", 1n, null, -1, 10, -5n, 0];

/** What a range of the index on ranks gives, of ranks of every type. */
const range = (name: string, bounds: object, expected: string): Case => ({
  name: `an index range: ${name}`,
  act: async ({ query, mutation }, group) => {
    await mutation(reading.seed, { group, ranks: RANKS });
    await mutation(reading.seed, { group: `${group}!`, ranks: [3] });
    return (await query(reading.range, { group, order: "asc", ...bounds })).join(" ");
  },
  expected,
});

interface Page {
  readonly page: string[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}
async function pageOf({ query }: Caller, group: string, cursor: string | null, numItems = 2) {
  return (await query(things.page, { group, paginationOpts: { cursor, numItems } })) as Page;
}

/** What queries give. */
export const readCases: readonly Case[] = [
  range("all, in Convex's order of types", {}, "absent null -5 1 -1 0 2 10"),
  range("from the end", { order: "desc" }, "10 2 0 -1 1 -5 null absent"),
  range("one value", { eq: { value: 2 } }, "2"),
  range("null, which is a value", { eq: { value: null } }, "null"),
  range("what is absent", { eq: {} }, "absent"),
  range("all that is there", { gt: {} }, "null -5 1 -1 0 2 10"),
  range("below null", { lt: { value: null } }, "absent"),
  range("between an integer and a number", { gt: { value: 0n }, lt: { value: 0 } }, "1 -1"),
  range("that nothing is in", { gt: { value: 5 }, lt: { value: 4 } }, ""),
  {
    name: "filters compare values in the order of indexes",
    act: async ({ query, mutation }, group) => {
      await mutation(reading.seed, { group, ranks: [1, 5, 3, "absent"] });
      return await query(reading.filtered, { group, above: 2 });
    },
    expected: ["3", "5"],
  },
  {
    name: "`unique` returns null or the one document, or throws",
    act: async ({ query, mutation }, group) => {
      const none = await query(reading.unique, { group });
      await mutation(things.add, { group, name: "only" });
      const one = await query(reading.unique, { group });
      await mutation(things.add, { group, name: "second" });
      return [none, one, await failure(query(reading.unique, { group }))];
    },
    expected: [null, "only", saying("unique() query returned more than one result")],
  },
  {
    name: "a query of a missing index throws",
    act: ({ query }) => failure(query(reading.byNoIndex, {})),
    expected: saying("Index things.by_nothing not found."),
    differs: { "convex-test": "it has its own message" },
  },
  {
    name: "pages follow one another, and the last has `isDone`",
    act: async (caller, group) => {
      await caller.mutation(reading.seed, { group, ranks: [1, 2, 3, 4, 5] });
      const seen: unknown[] = [];
      let cursor: string | null = null;
      for (let i = 0; i < 4; i++) {
        const { page, isDone, continueCursor }: Page = await pageOf(caller, group, cursor);
        seen.push([page, isDone]);
        cursor = continueCursor;
      }
      return seen;
    },
    expected: [
      [["1", "2"], false],
      [["3", "4"], false],
      [["5"], true],
      [[], true],
    ],
  },
  {
    name: "a cursor of another query is refused",
    act: async (caller, group) => {
      await caller.mutation(reading.seed, { group, ranks: [1, 2, 3] });
      const { continueCursor } = await pageOf(caller, group, null);
      return await failure(pageOf(caller, `${group}!`, continueCursor));
    },
    expected: { data: { isConvexSystemError: true, paginationError: "InvalidCursor" } },
    differs: { "convex-test": "it takes any cursor for any query" },
  },
  {
    name: "an invalid cursor is refused",
    act: async (caller, group) => await failure(pageOf(caller, group, "made up")),
    expected: { data: { isConvexSystemError: true, paginationError: "InvalidCursor" } },
    differs: { "convex-test": "it takes any text for a cursor" },
  },
];
