import { compareValues, convexToJson, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeveloperError } from "../../src/values/developer_error.ts";
import type { ConvexObject } from "../../src/values/kinds.ts";
import { getField, indexKeyOf } from "../../src/values/queries/field_path.ts";
import { compileRange, type SerializedRangeExpression } from "../../src/values/queries/range.ts";
import { keyInRange } from "../../src/values/queries/range_set.ts";
import { fewValues } from "./arbitraries.ts";

type Type = SerializedRangeExpression["type"];

const FIELDS = ["a", "b.c", "_creationTime", "_id"];

function where(type: Type, fieldPath: string, value: Value | undefined): SerializedRangeExpression {
  return {
    type,
    fieldPath,
    value: value === undefined ? { $undefined: null } : convexToJson(value),
  };
}

const compile = (...range: SerializedRangeExpression[]) => compileRange(FIELDS, range, "t.by_a");

/** The same comparison without keys: on the document itself. */
function holds(document: ConvexObject, [type, field, value]: [Type, string, Value | undefined]) {
  const order = compareValues(getField(document, field), value);
  const results = {
    Eq: order === 0,
    Gt: order > 0,
    Gte: order >= 0,
    Lt: order < 0,
    Lte: order <= 0,
  };
  return results[type];
}

const bounds = (field: string) => {
  const lower = fc.tuple(fc.constantFrom<Type>("Gt", "Gte"), fc.constant(field), fewValues);
  const upper = fc.tuple(fc.constantFrom<Type>("Lt", "Lte"), fc.constant(field), fewValues);
  return fc.oneof(
    fc.constant([]),
    fc.tuple(lower),
    fc.tuple(upper),
    fc.tuple(lower, upper),
    fc.tuple(upper, lower),
  );
};

const equality = (field: string) =>
  fc.tuple(fc.constant<Type>("Eq"), fc.constant(field), fewValues);

const queries = fc.oneof(
  bounds("a"),
  fc.tuple(equality("a"), bounds("b.c")).map(([eq, rest]) => [eq, ...rest]),
  fc
    .tuple(equality("a"), equality("b.c"), bounds("_creationTime"))
    .chain(([a, b, rest]) => fc.constantFrom([a, b, ...rest], [...rest, b, a])),
);

const documents = fc
  .tuple(fewValues, fewValues, fc.integer({ min: 0, max: 3 }))
  .map(([a, c, time]) => ({ a, b: { c }, _creationTime: time, _id: `id${time}` }));

describe("compileRange", () => {
  test("selects exactly the documents that the comparisons select", () => {
    fc.assert(
      fc.property(queries, documents, (query, document) => {
        const range = compile(...query.map(([type, field, value]) => where(type, field, value)));
        const selected = keyInRange(indexKeyOf(document, FIELDS), range);
        expect(selected).toBe(query.every((comparison) => holds(document, comparison)));
      }),
      { numRuns: 5000 },
    );
  });

  test("without comparisons is the whole index", () => {
    expect(compile()).toEqual({ start: new Uint8Array(), end: null });
  });

  test("gives an empty range, not an inverted one, when the bounds exclude each other", () => {
    const { start, end } = compile(where("Gt", "a", 5), where("Lt", "a", 3));
    expect(end).toEqual(start);
  });

  test.each<[string, SerializedRangeExpression[], string, string]>([
    [
      "a field that is skipped",
      [where("Eq", "b.c", 1)],
      "InvalidIndexRange",
      "Tried to query index t.by_a but the query didn't use the index fields in order.\n" +
        'Index fields: ["a", "b.c", "_creationTime"]\nQuery fields: ["b.c"]\n' +
        'First incorrect field: "b.c"\n' +
        "For more information see https://docs.convex.dev/using/indexes.",
    ],
    [
      "a bound before an equality",
      [where("Gt", "a", 1), where("Eq", "b.c", 1)],
      "InvalidIndexRange",
      "Tried to query index t.by_a but the query didn't use the index fields in order.\n" +
        'Index fields: ["a", "b.c", "_creationTime"]\nQuery fields: ["b.c", "a"]\n' +
        'First incorrect field: "b.c"\n' +
        "For more information see https://docs.convex.dev/using/indexes.",
    ],
    [
      "a field that the index does not have",
      [where("Eq", "z", 1)],
      "FieldNotInIndex",
      'The index range included a comparison with "z", but t.by_a with fields ["a", "b.c", ' +
        '"_creationTime"] doesn\'t index this field. For more information see ' +
        "https://docs.convex.dev/using/indexes.",
    ],
    [
      "two equalities on a field",
      [where("Eq", "a", "x"), where("Eq", "a", "y")],
      "AlreadyDefinedBound",
      'Already defined equality bound in index range. Can\'t add "a" == "x".',
    ],
    [
      "two lower bounds",
      [where("Gt", "a", 1), where("Gte", "a", 2)],
      "AlreadyDefinedBound",
      'Already defined lower bound in index range. Can\'t add "a" >= 2.0.',
    ],
    [
      "two upper bounds",
      [where("Lt", "a", 1), where("Lt", "a", undefined)],
      "AlreadyDefinedBound",
      'Already defined upper bound in index range. Can\'t add "a" < undefined.',
    ],
    [
      "an equality and a bound on a field",
      [where("Eq", "a", 7n), where("Lt", "a", 9n)],
      "AlreadyDefinedBound",
      'Already defined inequality bound in index range. Can\'t add "a" == 7.',
    ],
    [
      "bounds on two fields",
      [where("Gt", "a", 1), where("Lt", "b.c", 2)],
      "BoundsOnMultipleFields",
      "Upper and lower bounds in `range` can only be applied to a single index field. This query " +
        'against index t.by_a attempted to set a range bound on both "a" and "b.c". Consider ' +
        "using `filter` instead. See https://docs.convex.dev/using/indexes for more info.",
    ],
  ])("refuses %s in production's words", (_name, range, code, message) => {
    expect(() => compile(...range)).toThrow(
      expect.objectContaining({ code, message }) as DeveloperError,
    );
  });

  test("refuses a comparison it does not know", () => {
    const strange = {
      ...where("Eq", "a", 1),
      type: "Like",
    } as unknown as SerializedRangeExpression;
    expect(() => compile(strange)).toThrow(
      expect.objectContaining({ code: "InvalidQuery" }) as DeveloperError,
    );
  });
});

describe("getField", () => {
  test("follows a path through objects only", () => {
    const document = { a: { b: { c: 1 } }, list: [{ b: 1 }], bytes: new ArrayBuffer(2) };
    expect(getField(document, "a.b.c")).toBe(1);
    expect(getField(document, "a.x.c")).toBeUndefined();
    expect(getField(document, "list.b")).toBeUndefined();
    expect(getField(document, "bytes.byteLength")).toBeUndefined();
  });

  test("does not see what objects inherit", () => {
    expect(getField({}, "constructor")).toBeUndefined();
    expect(getField({ a: {} }, "a.toString")).toBeUndefined();
  });
});
