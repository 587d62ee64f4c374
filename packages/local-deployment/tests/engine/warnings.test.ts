import { describe, expect, test } from "vitest";
import {
  actionWarnings,
  functionWarnings,
  httpActionWarnings,
} from "../../src/engine/calls/warnings.ts";
import { TRANSACTION_LIMITS, type UsageName } from "../../src/limits/transactions.ts";
import { LargeWrites } from "../../src/tx/large_writes.ts";
import { Usage } from "../../src/tx/usage.ts";

const MIB = 1024 * 1024;

/** A function that came near to nothing, but for what is said. */
function aFunction({
  used = {},
  ...extent
}: Partial<Omit<Parameters<typeof functionWarnings>[0], "usage">> & {
  used?: Partial<Record<UsageName, number>>;
} = {}): string[] {
  const usage = new Usage();
  Object.assign(usage.used, used);
  const largestWrites = { size: null, nesting: null };
  const quiet = { argsSize: 2, resultSize: 1, elapsedMs: 1, largestWrites };
  return functionWarnings({ ...quiet, ...extent, usage });
}

describe("a query or mutation", () => {
  test("that is far from its limits is warned of nothing", () => {
    expect(aFunction()).toEqual([]);
    expect(aFunction({ resultSize: null })).toEqual([]);
  });

  test.each(Object.entries(TRANSACTION_LIMITS))(
    "is warned of %s from four fifths of the limit on, up to it and not beyond",
    (name, limit) => {
      const threshold = Math.floor(0.8 * limit);
      const at = (actual: number) => aFunction({ used: { [name]: actual } });
      expect(at(threshold)).toEqual([]);
      expect(at(threshold + 1)).toHaveLength(1);
      expect(at(limit)).toHaveLength(1);
      expect(at(limit + 1)).toEqual([]);
    },
  );

  test("is warned in production's words and order", () => {
    const usage = new Usage();
    Object.assign(usage.used, TRANSACTION_LIMITS);
    usage.largestScheduledArgs = 4 * MIB;
    const large = new LargeWrites();
    large.write("b", { size: MIB - 1, nesting: 1 });
    large.write("a", { size: MIB - 1, nesting: 15 });
    const warnings = functionWarnings({
      argsSize: 16 * MIB,
      resultSize: 15 * MIB,
      usage,
      largestWrites: large.largest,
      elapsedMs: 850.25,
    });
    const advice =
      "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";
    expect(warnings).toEqual([
      "Large size of the function arguments (actual: 16777216 bytes, limit: 16777216 bytes).",
      `Many documents read in a single function execution (actual: 32000, limit: 32000). ${advice}`,
      `Many reads in a single function execution (actual: 4096, limit: 4096). ${advice}`,
      `Many bytes read in a single function execution (actual: 16777216 bytes, limit: 16777216 bytes). ${advice}`,
      "Many writes in a single function execution (actual: 16000, limit: 16000).",
      "Many bytes written in a single function execution (actual: 16777216 bytes, limit: 16777216 bytes).",
      "Many functions scheduled by this mutation (actual: 1000, limit: 1000).",
      "Large total size of the arguments of scheduled functions from this mutation (actual: 16777216 bytes, limit: 16777216 bytes).",
      "Large arguments for a single scheduled function from this mutation (actual: 4194304 bytes, limit: 4194304 bytes).",
      'Large document written with ID "a" (actual: 1048575 bytes, limit: 1048576 bytes).',
      'Deeply nested document written with ID "a" (actual: 15 levels, limit: 16 levels).',
      "Large size of the function return value (actual: 15728640 bytes, limit: 16777216 bytes).",
      "Function execution took a long time. (maximum duration: 1s, actual duration: 850.25ms).",
    ]);
  });

  test("is warned of one scheduled function's arguments beyond their limit too", () => {
    const usage = new Usage();
    usage.largestScheduledArgs = 5 * MIB;
    const largestWrites = { size: null, nesting: null };
    const extent = { argsSize: 2, resultSize: 1, elapsedMs: 1, largestWrites, usage };
    expect(functionWarnings(extent)).toEqual([
      "Large arguments for a single scheduled function from this mutation. This will become a hard error in the future (actual: 5242880 bytes, limit: 4194304 bytes).",
    ]);
  });

  test("that took its whole second is warned, one that took longer has failed", () => {
    expect(aFunction({ elapsedMs: 800 })).toEqual([]);
    expect(aFunction({ elapsedMs: 1_000 })).toEqual([
      "Function execution took a long time. (maximum duration: 1s, actual duration: 1s).",
    ]);
    expect(aFunction({ elapsedMs: 1_000.1 })).toEqual([]);
  });
});

describe("the largest writes", () => {
  const LARGE = { size: MIB, nesting: 16 };

  test("are those of the documents as they are at the end", () => {
    const large = new LargeWrites();
    large.write("a", LARGE);
    large.write("b", { size: 900_000, nesting: 1 });
    large.write("a", { size: 100, nesting: 1 });
    expect(large.largest.size).toEqual({ id: "b", value: 900_000 });
    large.write("b", { size: 0, nesting: 0 });
    expect(large.largest).toEqual({ size: null, nesting: null });
  });

  test("are not those that were undone", () => {
    const large = new LargeWrites();
    large.write("a", { size: 900_000, nesting: 1 });
    const takeBack = large.mark();
    large.write("a", LARGE);
    large.write("c", LARGE);
    takeBack();
    expect(large.largest.size).toEqual({ id: "a", value: 900_000 });
  });
});

test("an action is warned of its arguments, its time and its result", () => {
  const near = {
    argsSize: 14 * MIB,
    resultSize: 14 * MIB,
    elapsedMs: 1_500_500,
    timeoutMs: 1_800_000,
  };
  expect(actionWarnings(near)).toEqual([
    "Large size of the action arguments (actual: 14680064 bytes, limit: 16777216 bytes).",
    "Function execution took a long time. (maximum duration: 1800s, actual duration: 1500.5s).",
    "Large size of the action return value (actual: 14680064 bytes, limit: 16777216 bytes).",
  ]);
  expect(actionWarnings({ ...near, resultSize: null, argsSize: 2, elapsedMs: 1 })).toEqual([]);
});

test("an HTTP action is warned of its response", () => {
  const at = (bytesSent: number) =>
    httpActionWarnings({ bytesSent, elapsedMs: 1, timeoutMs: 1_800_000 });
  expect(at(16 * MIB)).toEqual([]);
  expect(at(16 * MIB + 1)).toEqual([
    "Large response returned from an HTTP action (actual: 16777217 bytes, limit: 20971520 bytes).",
  ]);
  expect(at(20 * MIB + 1)).toEqual([]);
});
