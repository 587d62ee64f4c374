import { failure, saying, type Case } from "./case.ts";
import { api } from "../wire/support/api.ts";

const { calls, errors, missing, reading, rules, ticks, transactions } = api;

const OWN_WORDS = "it has its own message";

/** An argument that `calls:double` does not accept, and production's message. */
const badArgument = (args: object, text: string): Case => ({
  name: `the arguments ${JSON.stringify(args)} are refused`,
  act: ({ query }) => failure(query(calls.double, args as never)),
  expected: saying(text),
  differs: { "convex-test": OWN_WORDS },
});

/** Arguments, results, failures and rollbacks of calls. */
export const callCases: readonly Case[] = [
  badArgument({}, "Object is missing the required field `n`."),
  badArgument({ n: "1" }, "Value does not match validator.\nPath: .n\n"),
  badArgument({ n: 1, m: 2 }, "Object contains extra field `m` that is not in the validator."),
  {
    name: "a result that does not match `returns` is refused",
    act: async ({ query, action }) => [
      await failure(query(calls.lying, {})),
      await failure(action(calls.lyingAction, {})),
    ],
    expected: [saying("ReturnsValidationError"), saying("ReturnsValidationError")],
    differs: { "convex-test": OWN_WORDS },
  },
  {
    name: "a ConvexError's data reaches the caller",
    act: async ({ query, mutation, action }) => [
      await failure(query(calls.refuses, {})),
      await failure(mutation(calls.refusesInMutation, {})),
      await failure(action(calls.refusesInAction, {})),
    ],
    expected: Array(3).fill({ data: { code: "REFUSED", count: 3n, nested: { at: [1, 2] } } }),
  },
  {
    name: "an Error has no data, and a ConvexError of null has null",
    act: async ({ query }) => [
      await failure(query(errors.inQuery, { what: "an Error" })),
      await failure(query(errors.inQuery, { what: "a ConvexError of null" })),
    ],
    expected: [saying("just an error"), { data: null }],
  },
  {
    name: "a mutation that fails is rolled back",
    act: async ({ query, mutation }, by) => [
      await failure(mutation(transactions.failsLate, { by })),
      await query(ticks.count, { by }),
    ],
    expected: [saying("too late"), 0],
  },
  {
    name: "only the nested mutation's writes are undone when its failure is caught",
    act: ({ mutation }, by) => mutation(transactions.survivesFailure, { by }),
    expected: { error: saying("failed on purpose"), ticks: 1 },
  },
  {
    name: "a mutation sees its own writes",
    act: ({ mutation }) => mutation(reading.countOwnWrites, {}),
    expected: [1, 0],
  },
  {
    name: "a stale snapshot does not see them",
    act: ({ mutation }, by) => mutation(transactions.looksBack, { by }),
    expected: { snapshot: 0, own: 1 },
  },
  {
    name: "concurrent nested calls all run",
    act: ({ mutation }, by) => mutation(transactions.inParallel, { by, times: 20 }),
    expected: 20,
  },
  {
    name: "a call of a missing function throws",
    act: ({ query }) => query(missing.fromQuery, {}),
    expected: {
      noExport: "Could not find public function for 'calls:none'.",
      noModule: "Could not find public function for 'nowhere:none'.",
    },
    differs: { "convex-test": OWN_WORDS },
  },
  {
    name: "Date.now is fixed during a query",
    act: async ({ query }) => (await query(rules.time, {})).frozen,
    expected: true,
    differs: { "convex-test": "its clock is the machine's" },
  },
];
