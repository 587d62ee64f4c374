import { getConvexSize, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConvexObject } from "../../src/values/kinds.ts";
import { checkDocumentShape, checkDocumentSize, measure, sizeOf } from "../../src/values/limits.ts";
import { COMMIT_TS, values } from "./arbitraries.ts";

/** Arrays in arrays, `levels` of them. */
function nested(levels: number): Value {
  let value: Value = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

const aDocument = (fields: ConvexObject = {}): ConvexObject => ({
  _id: "x".repeat(32),
  _creationTime: 1,
  ...fields,
});

const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, null]));

const refused = (code: string, message: string) =>
  expect.objectContaining({ code, message }) as Error;

describe("any value", () => {
  test.each<[string, Value]>([
    ["64 levels", nested(64)],
    ["1024 fields", fields(1024)],
    ["8192 elements", Array.from({ length: 8192 }, () => null)],
    ["odd field names", { "": 1, "a b": 1, "~": 1, _x: 1, ["n".repeat(1024)]: 1 }],
    ["an absent field that could not be one", { $x: undefined }],
  ])("may have %s", (_name, value) => {
    expect(() => measure(value)).not.toThrow();
  });

  test.each<[Value, string, string]>([
    [
      nested(65),
      "TooNestedError",
      "Value is too nested (nested 65 levels deep > maximum nesting 64)",
    ],
    [
      nested(5000),
      "TooNestedError",
      "Value is too nested (nested 65 levels deep > maximum nesting 64)",
    ],
    [
      [fields(1025)],
      "TooManyFieldsError",
      "Object has too many fields (1025 > maximum number 1024)",
    ],
    [
      { list: Array.from({ length: 8193 }, () => null) },
      "ArrayTooLong",
      "Array length is too long (8193 > maximum length 8192)",
    ],
    [{ $a: 1 }, "InvalidFieldName", "Field name $a starts with '$', which is reserved."],
    [
      { é: 1 },
      "InvalidFieldName",
      "Field name é has invalid character 'é': Field names can only contain non-control ASCII " +
        "characters",
    ],
    [{ ["n".repeat(1025)]: 1 }, "InvalidFieldName", "Field name is too long (1025 > maximum 1024)"],
    [
      "x".repeat(33 * 1024 * 1024),
      "ValueTooLargeError",
      "Value is too large (33.00 MiB > maximum size 32 MiB)",
    ],
  ])("is refused beyond a limit (%#)", (value, code, message) => {
    expect(() => measure(value)).toThrow(refused(code, message));
  });
});

describe("a document", () => {
  const OVERHEAD = sizeOf(aDocument({ body: "" }));

  test("may have 16 levels, itself included, and 1 MiB with its system fields", () => {
    expect(() => checkDocumentShape(aDocument({ a: nested(15) }))).not.toThrow();
    const body = "x".repeat(1024 * 1024 - OVERHEAD);
    expect(() => checkDocumentSize(checkDocumentShape(aDocument({ body })).size)).not.toThrow();
    expect(() => checkDocumentShape(aDocument({ inner: { _x: 1 } }))).not.toThrow();
  });

  test("is refused when it is deeper", () => {
    expect(() => checkDocumentShape({ a: nested(16) })).toThrow(
      refused(
        "InvalidDocumentError",
        "Document(value: {a: [[[[[[[[[[[[[[[[1.0]]]]]]]]]]]]]]]]}) isn't a valid document: " +
          "Document is too nested (nested 17 levels deep > maximum nesting 16)",
      ),
    );
  });

  test("is refused when it is larger", () => {
    const body = "x".repeat(1024 * 1024 - OVERHEAD + 1);
    expect(() => checkDocumentSize(checkDocumentShape(aDocument({ body })).size)).toThrow(
      refused("ValueTooLargeError", "Value is too large (1.00 MiB > maximum size 1 MiB)"),
    );
  });

  test("has no fields of the system but its own", () => {
    expect(() => checkDocumentShape({ _id: "i", _mine: 1 })).toThrow(
      refused(
        "InvalidDocumentError",
        "Document(value: {_id: \"i\", _mine: 1.0}) isn't a valid document: Field '_mine' starts " +
          "with an underscore, which is only allowed for system fields like '_id'",
      ),
    );
  });
});

test("sizes are Convex's", () => {
  expect(sizeOf(undefined)).toBe(0);
  expect(sizeOf(COMMIT_TS)).toBe(9);
  const value = { a: "é", b: [1n, null], c: new ArrayBuffer(3) };
  expect(sizeOf(value)).toBe(2 + (2 + 4) + (2 + 12) + (2 + 5));
  expect(sizeOf(value)).toBe(getConvexSize(value));
});

test("one walk finds the size that the convex package counts, the nesting, and whether all is known", () => {
  fc.assert(
    fc.property(values, (value) => {
      expect(measure(value).size).toBe(getConvexSize(value));
      expect(measure(value).pending).toBe(hasCommitTs(value));
      expect(measure([value]).nesting).toBe(measure(value).nesting + 1);
    }),
  );
  expect(measure([]).nesting).toBe(1);
  expect(measure({ a: [[]], b: {} }).nesting).toBe(3);
});

const hasCommitTs = (value: Value | undefined): boolean =>
  value === COMMIT_TS ||
  (Array.isArray(value)
    ? value.some(hasCommitTs)
    : Object.prototype.toString.call(value) === "[object Object]" &&
      Object.values(value as ConvexObject).some(hasCommitTs));
