import { compareValues, convexToJson, type JSONValue, type Value } from "convex/values";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeveloperError } from "../../src/values/developer_error.ts";
import { compileFilter } from "../../src/values/queries/filter.ts";
import { maybeValues } from "./arbitraries.ts";

const literal = (value: Value | undefined): JSONValue => ({
  $literal: value === undefined ? { $undefined: null } : convexToJson(value),
});
const field = (path: string): JSONValue => ({ $field: path });
const op = (name: string, ...operands: JSONValue[]): JSONValue => ({ [name]: operands });

const YES = literal(true);
const NO = literal(false);

/** Whether an arithmetic expression comes out as expected. */
const gives = (expression: JSONValue, expected: Value) =>
  compileFilter(op("$eq", expression, literal(expected)))({});

const failure = (code: string, message: string) =>
  expect.objectContaining({ code, message }) as DeveloperError;

describe("a filter", () => {
  test("compares in Convex's total order, whatever the types", () => {
    fc.assert(
      fc.property(maybeValues, maybeValues, (left, right) => {
        const order = Math.sign(compareValues(left, right));
        const results = ["$eq", "$neq", "$lt", "$lte", "$gt", "$gte"].map((name) =>
          compileFilter(op(name, field("a"), literal(right)))({ a: left }),
        );
        expect(results).toEqual([
          order === 0,
          order !== 0,
          order < 0,
          order <= 0,
          order > 0,
          order >= 0,
        ]);
      }),
    );
  });

  test("sees a missing field as undefined, which is not null", () => {
    expect(compileFilter(op("$eq", field("a.b"), literal(undefined)))({ a: {} })).toBe(true);
    expect(compileFilter(op("$eq", field("a"), literal(null)))({})).toBe(false);
    expect(compileFilter(op("$lt", field("a"), literal(null)))({})).toBe(true);
  });

  test("calculates with floats and with int64s", () => {
    expect(gives(op("$add", literal(1.5), literal(2)), 3.5)).toBe(true);
    expect(gives(op("$div", literal(1), literal(0)), Infinity)).toBe(true);
    expect(gives(op("$mod", literal(-5), literal(3)), -2)).toBe(true);
    expect(gives(op("$sub", literal(5n), literal(7n)), -2n)).toBe(true);
    expect(gives(op("$mul", literal(-5n), literal(7n)), -35n)).toBe(true);
    expect(gives(op("$div", literal(-7n), literal(2n)), -3n)).toBe(true);
    expect(gives(op("$mod", literal(-7n), literal(2n)), -1n)).toBe(true);
    expect(gives({ $neg: literal(5n) }, -5n)).toBe(true);
    expect(gives({ $neg: literal(0) }, -0)).toBe(true);
  });

  test("combines booleans and stops at the first that decides", () => {
    const broken = op("$add", literal(1), literal("x"));
    expect(compileFilter(op("$and", YES, { $not: NO }))({})).toBe(true);
    expect(compileFilter(op("$and", NO, broken))({})).toBe(false);
    expect(compileFilter(op("$or", YES, broken))({})).toBe(true);
    expect(compileFilter(op("$or"))({})).toBe(false);
    expect(compileFilter(op("$and"))({})).toBe(true);
  });

  const MIN = -(2n ** 63n);
  test.each<[JSONValue, string]>([
    [op("$add", literal(1), literal(2n)), "Cannot add 1.0 (type Float64) and 2 (type Int64)"],
    [
      op("$sub", field("nope"), literal("x")),
      'Cannot subtract undefined (type undefined) and "x" (type String)',
    ],
    [op("$div", literal(5n), literal(0n)), "Cannot divide 5 by zero"],
    [op("$mod", literal(5n), literal(0n)), "Cannot mod 5 by zero"],
    [
      op("$div", literal(MIN), literal(-1n)),
      `Cannot divide ${MIN} and -1: the result is out of range for Int64`,
    ],
    [
      op("$mod", literal(MIN), literal(-1n)),
      `Cannot mod ${MIN} and -1: the result is out of range for Int64`,
    ],
    [
      op("$mul", literal(MIN), literal(2n)),
      `Cannot multiply ${MIN} and 2: the result is out of range for Int64`,
    ],
    [{ $neg: literal(MIN) }, `Cannot negate ${MIN}: the result is out of range for Int64`],
    [{ $neg: literal([1]) }, "Cannot negate [1.0] (type Array)"],
    [literal({ a: null }), "Cannot use value {a: null} (type Object) as a Boolean"],
    [op("$and", literal(1)), "Cannot use value 1.0 (type Float64) as a Boolean"],
    [{ $not: literal(null) }, "Cannot use value null (type Null) as a Boolean"],
  ])("refuses %j in production's words", (json, message) => {
    expect(() => compileFilter(json)({})).toThrow(failure("EvalError", message));
  });

  test.each<[JSONValue]>([
    [null],
    ["$eq"],
    [[]],
    [{}],
    [{ $eq: [YES, YES], $not: NO }],
    [{ $eq: [YES] }],
    [{ $and: YES }],
    [{ $field: 1 }],
    [{ constructor: [YES, YES] }],
    [{ __proto__: null, $like: [YES, YES] }],
  ])("refuses %j, which is no filter", (json) => {
    expect(() => compileFilter(json)).toThrow(
      expect.objectContaining({ code: "InvalidQuery" }) as DeveloperError,
    );
  });

  test("refuses a field path that no index could have", () => {
    for (const path of ["", "a..b", "a b", "$x", "__", "a".repeat(65)]) {
      expect(() => compileFilter(field(path))).toThrow(
        expect.objectContaining({ code: "InvalidFieldPath" }) as DeveloperError,
      );
    }
  });
});
