import type { JSONValue } from "convex/values";
import { describe, expect, test } from "vitest";
import { checkCallArgs } from "../../src/values/call_args.ts";
import { parseWireJson } from "../../src/values/json_text.ts";

const nested = (depth: number): string => '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
const check = (args: JSONValue) => () => {
  checkCallArgs("m:f", args);
};

describe("arguments from outside", () => {
  test("may be nested 64 deep", () => {
    expect(check(parseWireJson(nested(64)))).not.toThrow();
    expect(check(parseWireJson(nested(65)))).toThrow("too nested");
  });

  test("hold no commit timestamp, wherever it is", () => {
    for (const value of [
      { $commitTs: null },
      [{ $commitTs: null }],
      { b: [{ c: { $commitTs: null } }] },
    ]) {
      expect(check({ value })).toThrow("Arguments for m:f can't hold a commit timestamp");
    }
    expect(check({ value: "$commitTs" })).not.toThrow();
  });

  test("are at most 16 MiB", () => {
    expect(check({ a: "x".repeat(16 * 1024 * 1024) })).toThrow("Arguments for m:f are too large");
    expect(check({ a: "x".repeat(16 * 1024 * 1024 - 100) })).not.toThrow();
  });
});

describe("JSON off the wire", () => {
  test("of any depth is parsed or refused, never overflowed on", () => {
    for (const depth of [255, 257, 10_000, 1_000_000]) {
      for (const text of [nested(depth), "[".repeat(depth) + "]".repeat(depth)]) {
        if (depth < 256) expect(() => parseWireJson(text)).not.toThrow();
        else expect(() => parseWireJson(text)).toThrow(/nested too deep|stack/);
      }
    }
  });
});
