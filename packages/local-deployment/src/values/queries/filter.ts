import { compareValues, type JSONValue, type Value } from "convex/values";
import { arithmetic, negate } from "./arithmetic.ts";
import { DeveloperError } from "../developer_error.ts";
import { displayValue } from "../encoding/display.ts";
import { getPath, parseFieldPath } from "./field_path.ts";
import { type ConvexObject, maybeValueFromJson, typeName } from "../kinds.ts";

/** An expression of a filter, ready to be evaluated on a document. */
type Expression = (document: ConvexObject) => Value | undefined;

/** The comparisons: what each makes of the order of its operands. */
const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ["$eq", (order) => order === 0],
  ["$neq", (order) => order !== 0],
  ["$lt", (order) => order < 0],
  ["$lte", (order) => order <= 0],
  ["$gt", (order) => order > 0],
  ["$gte", (order) => order >= 0],
]);

/**
 * Compiles a filter, as the official client library serialises it.
 *
 * Comparisons follow Convex's total order: values of different types compare by type, an absent
 * field is `undefined` and comes first, NaN equals NaN, and -0 is below 0.
 *
 * @param json - The filter's JSON, for example `{"$eq": [{"$field": "a"}, {"$literal": 1}]}`.
 * @returns A predicate. It throws DeveloperError `EvalError`, in production's words, when an
 *   operator gets operands of the wrong type.
 * @throws DeveloperError `InvalidQuery` when the JSON is not a filter.
 */
export function compileFilter(json: JSONValue): (document: ConvexObject) => boolean {
  const expression = compile(json);
  return (document) => asBoolean(expression(document));
}

function compile(json: JSONValue): Expression {
  const { operator, operand } = parseOperator(json);
  const comparison = COMPARISONS.get(operator);
  if (comparison !== undefined) {
    const [left, right] = compilePair(operator, operand);
    return (document) => {
      const [l, r] = [left(document), right(document)];
      return comparison(Object.is(l, r) ? 0 : compareValues(l, r));
    };
  }
  switch (operator) {
    case "$add":
    case "$sub":
    case "$mul":
    case "$div":
    case "$mod": {
      const [left, right] = compilePair(operator, operand);
      return (document) => arithmetic(operator, left(document), right(document));
    }
    case "$neg": {
      const inner = compile(operand);
      return (document) => negate(inner(document));
    }
    case "$and": {
      const parts = compileList(operator, operand);
      return (document) => parts.every((part) => asBoolean(part(document)));
    }
    case "$or": {
      const parts = compileList(operator, operand);
      return (document) => parts.some((part) => asBoolean(part(document)));
    }
    case "$not": {
      const inner = compile(operand);
      return (document) => !asBoolean(inner(document));
    }
    case "$field": {
      if (typeof operand !== "string") throw invalid("$field takes a field path");
      const path = parseFieldPath(operand);
      return (document) => getPath(document, path);
    }
    case "$literal": {
      const value = maybeValueFromJson(operand);
      return () => value;
    }
    default:
      throw invalid(`unknown operator ${operator}`);
  }
}

function parseOperator(json: JSONValue): { operator: string; operand: JSONValue } {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalid(`expected an operator, found ${JSON.stringify(json)}`);
  }
  const [entry, ...others] = Object.entries(json);
  if (entry === undefined || others.length > 0) throw invalid("expected one operator");
  return { operator: entry[0], operand: entry[1] };
}

function compilePair(operator: string, operand: JSONValue): [Expression, Expression] {
  const [left, right, ...others] = compileList(operator, operand);
  if (left === undefined || right === undefined || others.length > 0) {
    throw invalid(`${operator} takes two operands`);
  }
  return [left, right];
}

function compileList(operator: string, operand: JSONValue): Expression[] {
  if (!Array.isArray(operand)) throw invalid(`${operator} takes a list`);
  return operand.map(compile);
}

function asBoolean(value: Value | undefined): boolean {
  if (typeof value === "boolean") return value;
  throw new DeveloperError(
    "EvalError",
    `Cannot use value ${displayValue(value)} (type ${typeName(value)}) as a Boolean`,
  );
}

function invalid(reason: string): DeveloperError {
  return new DeveloperError("InvalidQuery", `Invalid filter expression: ${reason}`);
}
