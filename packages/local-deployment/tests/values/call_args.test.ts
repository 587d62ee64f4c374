import type { JSONValue } from "convex/values";
import { describe, expect, test } from "vitest";
import { checkCallArgs, checkNestedArgs } from "../../src/values/validators/call_args.ts";
import { parseWireJson } from "../../src/values/encoding/json_text.ts";

const nested = (depth: number): string => '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
const check = (args: JSONValue) => () => {
  checkCallArgs("m.js:f", args);
};

describe("arguments from outside", () => {
  test("may be nested 64 deep with the array that they are called with", () => {
    expect(check(parseWireJson(nested(63)))).not.toThrow();
    expect(check(parseWireJson(nested(64)))).toThrow(
      "Invalid arguments for m.js:f: Value is too nested (nested 65 levels deep > maximum nesting 64)",
    );
    // What a mutation calls is given them without it.
    expect(() => checkCallArgs("m.js:f", parseWireJson(nested(64)), "allow")).not.toThrow();
    expect(() => checkCallArgs("m.js:f", parseWireJson(nested(65)), "allow")).toThrow("too nested");
  });

  test.each<[JSONValue, string]>([
    [{ a: Array<number>(8193).fill(0) }, "Array length is too long (8193 > maximum length 8192)"],
    [
      Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`f${i}`, 0])),
      "Object has too many fields (1025 > maximum number 1024)",
    ],
    [{ $a: 1 }, "Field name $a starts with '$', which is reserved."],
    [{ a: [{ b: 1, $set: [] }] }, "Field name $set starts with '$', which is reserved."],
    [
      { é: 1 },
      "Field name é has invalid character 'é': Field names can only contain non-control ASCII characters",
    ],
  ])("are what a value can be (%#)", (args, problem) => {
    expect(check(args)).toThrow(`Invalid arguments for m.js:f: ${problem}`);
  });

  test("hold no commit timestamp, wherever it is, but those that a mutation gives what it calls", () => {
    for (const value of [
      { $commitTs: null },
      [{ $commitTs: null }],
      { b: [{ c: { $commitTs: null } }] },
    ]) {
      expect(check({ value })).toThrow(
        "Invalid arguments for m.js:f: Field name $commitTs starts with '$', which is reserved.",
      );
      expect(() => checkCallArgs("m.js:f", { value }, "allow")).not.toThrow();
      expect(() => {
        checkNestedArgs({ value }, "refuse");
      }).toThrow("Invalid argument `args` for `runUdf`: Field name $commitTs starts with");
    }
    expect(check({ value: "$commitTs" })).not.toThrow();
  });

  test("are at most 16 MiB as Convex counts them, in their array", () => {
    const bytes = (length: number) => ({
      a: { $bytes: Buffer.alloc(length).toString("base64") },
    });
    const limit = 16 * 1024 * 1024;
    // The array's, the object's and the bytes' own two, the field's name and one.
    const overhead = 2 + 2 + 2 + 2;
    expect(check(bytes(limit - overhead))).not.toThrow();
    expect(check(bytes(limit - overhead + 1))).toThrow(
      "Arguments for m.js:f are too large (actual: 16.00 MiB, limit: 16 MiB)",
    );
    expect(checkCallArgs("m.js:f", { a: "\u0000é" }).size).toBe(overhead + 3);
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
