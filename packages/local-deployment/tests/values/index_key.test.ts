import { compareValues, jsonToConvex, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys, encodeIndexKey, prefixEnd } from "../../src/values/encoding/index_key.ts";
import { COMMIT_TS, fewValues, maybeValues } from "./arbitraries.ts";

const hex = (key: Uint8Array) => Buffer.from(key).toString("hex");
const keyOf = (...values: (Value | undefined)[]) => encodeIndexKey(values);

/** Compares field by field, the way an index orders its documents. */
function compareTuples(a: readonly (Value | undefined)[], b: readonly (Value | undefined)[]) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

describe("an index key", () => {
  test.each<[string, Value | undefined, string]>([
    ["undefined", undefined, "01"],
    ["null", null, "03"],
    ["int64 zero", 0n, "08"],
    ["a one-byte int64", 127n, "097f"],
    ["a two-byte int64", 128n, "0a0080"],
    ["a four-byte int64", 0x8000n, "0b00008000"],
    ["the largest int64", 2n ** 63n - 1n, "0c7fffffffffffffff"],
    ["a negative one-byte int64", -1n, "07ff"],
    ["a negative two-byte int64", -129n, "06ff7f"],
    ["the smallest int64", -(2n ** 63n), "048000000000000000"],
    ["a float", 1, "0dbff0000000000000"],
    ["a negative float", -1, "0d400fffffffffffff"],
    ["negative zero", -0, "0d7fffffffffffffff"],
    ["zero", 0, "0d8000000000000000"],
    ["NaN", NaN, "0dfff8000000000000"],
    ["booleans", false, "0e"],
    ["true", true, "0f"],
    ["a string with a NUL", "a\0b", "106100ff6200"],
    ["a string beyond the BMP", "é\u{1f600}", "10c3a9f09f988000"],
    ["half a surrogate pair", "\ud83d", "10efbfbd00"],
    ["bytes", Uint8Array.of(0, 1).buffer, "1100ff0100"],
    ["an array", [null, [0n]], "120312080000"],
    ["an object, by field name", { b: true, a: null, c: undefined }, "1561000362000f00"],
    ["an object with an empty field name", { "": null }, "1500ff0300"],
    ["an unresolved commit timestamp", COMMIT_TS, "0c7fffffffffffffff"],
  ])("encodes %s", (_name, value, expected) => {
    expect(hex(keyOf(value))).toBe(expected);
  });

  test("sorts every NaN above infinity, whatever its bits", () => {
    const negativeNaN = jsonToConvex({ $float: "AAAAAAAA+P8=" });
    expect(hex(keyOf(negativeNaN))).toBe(hex(keyOf(NaN)));
    expect(compareKeys(keyOf(NaN), keyOf(Infinity))).toBeGreaterThan(0);
  });

  test("orders values as compareValues does", () => {
    fc.assert(
      fc.property(maybeValues, maybeValues, (a, b) => {
        const byKey = Math.sign(compareKeys(keyOf(a), keyOf(b)));
        expect(byKey).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 3000 },
    );
  });

  test("orders several fields one after the other, prefixes first", () => {
    const tuples = fc.array(fewValues, { maxLength: 4 });
    fc.assert(
      fc.property(tuples, tuples, (a, b) => {
        const byKey = Math.sign(compareKeys(encodeIndexKey(a), encodeIndexKey(b)));
        expect(byKey).toBe(Math.sign(compareTuples(a, b)));
      }),
      { numRuns: 3000 },
    );
  });

  test("is the concatenation of its fields' keys", () => {
    fc.assert(
      fc.property(fc.array(maybeValues, { maxLength: 4 }), (fields) => {
        const apart = fields.map((field) => hex(keyOf(field))).join("");
        expect(hex(encodeIndexKey(fields))).toBe(apart);
      }),
    );
  });

  test("is an array of its own, also after one of megabytes", () => {
    const large = keyOf("\u{1f600}".repeat(500_000));
    const small = keyOf("a");
    keyOf("b");
    expect(large.length).toBe(2_000_002);
    expect(hex(small)).toBe("106100");
    expect(small.buffer.byteLength).toBe(small.length);
  });
});

describe("the successor of a prefix", () => {
  test("ends the range of the keys whose first fields are the prefix's", () => {
    const tuples = fc.array(fewValues, { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(tuples, fc.array(fewValues, { maxLength: 2 }), (fields, prefix) => {
        const [key, start] = [encodeIndexKey(fields), encodeIndexKey(prefix)];
        const end = prefixEnd(start);
        const isInside =
          compareKeys(key, start) >= 0 && (end === null || compareKeys(key, end) < 0);
        expect(isInside).toBe(prefix.every((value, i) => compareValues(value, fields[i]) === 0));
      }),
      { numRuns: 5000 },
    );
  });

  test("keeps a string apart from the one that goes on with a NUL", () => {
    const end = prefixEnd(keyOf("a"));
    expect(end).not.toBeNull();
    expect(compareKeys(keyOf("a", "\u{10ffff}"), end!)).toBeLessThan(0);
    expect(compareKeys(keyOf("a\0"), end!)).toBeGreaterThan(0);
    expect(prefixEnd(keyOf({}))).not.toBeNull();
    expect(compareKeys(keyOf({ "": null }), prefixEnd(keyOf({}))!)).toBeGreaterThan(0);
  });

  test("is no bound at all for an empty prefix", () => {
    expect(prefixEnd(new Uint8Array())).toBeNull();
  });
});
