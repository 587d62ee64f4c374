import type { JSONValue, Value } from "convex/values";
import { displayValue } from "../encoding/display.ts";
import { DeveloperError } from "../developer_error.ts";
import { parseFieldPath } from "./field_path.ts";
import { compareKeys, encodeIndexKey, prefixEnd } from "../encoding/index_key.ts";
import { maybeValueFromJson } from "../kinds.ts";

/** One comparison of `withIndex`, as the official client library serialises it. */
export interface SerializedRangeExpression {
  readonly type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  readonly fieldPath: string;
  /** A value's JSON, or `{"$undefined": null}`. */
  readonly value: JSONValue;
}

/** The keys from `start` on that are below `end`; a null `end` is above every key. */
export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

interface Bound {
  readonly value: Value | undefined;
  readonly inclusive: boolean;
}

/** The comparisons of one query, sorted out. At most one field has bounds. */
interface SplitRange {
  readonly equalities: Map<string, Value | undefined>;
  boundField?: string;
  lower?: Bound;
  upper?: Bound;
}

/**
 * Turns the comparisons of `withIndex` into the range of keys they select.
 *
 * @param indexFields - All of the index's fields, `_creationTime` and `_id` included.
 * @param range - The comparisons: equalities on the first fields, then bounds on the next one.
 * @param indexName - `table.index`, for the messages.
 * @returns The range; empty (`end` equals `start`) when the bounds exclude each other.
 * @throws DeveloperError `InvalidIndexRange`, `FieldNotInIndex`, `AlreadyDefinedBound`,
 *   `BoundsOnMultipleFields` or `InvalidQuery`, in production's words.
 */
export function compileRange(
  indexFields: readonly string[],
  range: readonly SerializedRangeExpression[],
  indexName: string,
): KeyRange {
  const split = splitRange(range, indexName);
  const prefix = valuesInOrder(split, indexFields, indexName);
  const start = lowerKey(prefix, split.lower);
  const end = upperKey(prefix, split.upper);
  const empty = end !== null && compareKeys(start, end) > 0;
  return { start, end: empty ? start : end };
}

function lowerKey(prefix: readonly (Value | undefined)[], bound: Bound | undefined): Uint8Array {
  if (bound === undefined) return encodeIndexKey(prefix);
  const key = encodeIndexKey([...prefix, bound.value]);
  if (bound.inclusive) return key;
  const next = prefixEnd(key);
  // Only an empty key has none, and this one has at least the bound's tag.
  if (next === null) throw new Error("A key without a successor");
  return next;
}

function upperKey(prefix: readonly (Value | undefined)[], bound: Bound | undefined) {
  if (bound === undefined) return prefixEnd(encodeIndexKey(prefix));
  const key = encodeIndexKey([...prefix, bound.value]);
  return bound.inclusive ? prefixEnd(key) : key;
}

function splitRange(range: readonly SerializedRangeExpression[], indexName: string): SplitRange {
  const split: SplitRange = { equalities: new Map() };
  for (const { type, fieldPath, value: json } of range) {
    const field = parseFieldPath(fieldPath).join(".");
    const value = maybeValueFromJson(json);
    switch (type) {
      case "Eq":
        if (split.equalities.has(field)) {
          throw alreadyDefined("equality", field, "==", split.equalities.get(field));
        }
        split.equalities.set(field, value);
        break;
      case "Gt":
      case "Gte":
        if (split.lower) throw alreadyDefined("lower", field, type === "Gt" ? ">" : ">=", value);
        split.lower = { value, inclusive: type === "Gte" };
        setBoundField(split, field, indexName);
        break;
      case "Lt":
      case "Lte":
        if (split.upper) throw alreadyDefined("upper", field, type === "Lt" ? "<" : "<=", value);
        split.upper = { value, inclusive: type === "Lte" };
        setBoundField(split, field, indexName);
        break;
      default:
        throw new DeveloperError("InvalidQuery", `Unknown index range type ${String(type)}`);
    }
  }
  const { boundField, equalities } = split;
  if (boundField !== undefined && equalities.has(boundField)) {
    throw alreadyDefined("inequality", boundField, "==", equalities.get(boundField));
  }
  return split;
}

function setBoundField(split: SplitRange, field: string, indexName: string): void {
  if (split.boundField !== undefined && split.boundField !== field) {
    throw new DeveloperError(
      "BoundsOnMultipleFields",
      "Upper and lower bounds in `range` can only be applied to a single index field. This query " +
        `against index ${indexName} attempted to set a range bound on both "${split.boundField}" ` +
        `and "${field}". Consider using \`filter\` instead. See ` +
        "https://docs.convex.dev/using/indexes for more info.",
    );
  }
  split.boundField = field;
}

/** The values of the equalities in index order, once it is sure that the index can serve them. */
function valuesInOrder(
  split: SplitRange,
  indexFields: readonly string[],
  indexName: string,
): (Value | undefined)[] {
  const used = [...split.equalities.keys()];
  if (split.boundField !== undefined) used.push(split.boundField);
  const notIndexed = used.find((field) => !indexFields.includes(field));
  if (notIndexed !== undefined) {
    throw new DeveloperError(
      "FieldNotInIndex",
      `The index range included a comparison with "${notIndexed}", but ${indexName} with fields ` +
        `${displayFields(withoutId(indexFields))} doesn't index this field. For more information ` +
        "see https://docs.convex.dev/using/indexes.",
    );
  }
  const fields = [...split.equalities.keys()].sort(
    (a, b) => indexFields.indexOf(a) - indexFields.indexOf(b),
  );
  const inQuery = split.boundField === undefined ? fields : [...fields, split.boundField];
  const wrong = inQuery.find((field, position) => field !== indexFields[position]);
  if (wrong !== undefined) {
    throw new DeveloperError(
      "InvalidIndexRange",
      `Tried to query index ${indexName} but the query didn't use the index fields in order.\n` +
        `Index fields: ${displayFields(withoutId(indexFields))}\n` +
        `Query fields: ${displayFields(inQuery)}\n` +
        `First incorrect field: "${wrong}"\n` +
        "For more information see https://docs.convex.dev/using/indexes.",
    );
  }
  return fields.map((field) => split.equalities.get(field));
}

function withoutId(indexFields: readonly string[]): readonly string[] {
  return indexFields.at(-1) === "_id" ? indexFields.slice(0, -1) : indexFields;
}

function displayFields(fields: readonly string[]): string {
  return `[${fields.map((field) => `"${field}"`).join(", ")}]`;
}

function alreadyDefined(
  bound: "equality" | "inequality" | "lower" | "upper",
  field: string,
  comparator: string,
  value: Value | undefined,
): DeveloperError {
  return new DeveloperError(
    "AlreadyDefinedBound",
    `Already defined ${bound} bound in index range. ` +
      `Can't add "${field}" ${comparator} ${displayValue(value)}.`,
  );
}
