import { CommitTsPlaceholder, type JSONValue, jsonToConvex, type Value } from "convex/values";

/** A document, or any other Convex object: fields that are `undefined` are absent. */
export type ConvexObject = Record<string, Value | undefined>;

/** What Convex calls the type of a value in its error messages. */
export type TypeName =
  "undefined" | "Null" | "Int64" | "Float64" | "Boolean" | "String" | "Bytes" | "Array" | "Object";

/** The field that stands for an unresolved commit timestamp in Convex JSON. */
export const COMMIT_TS_FIELD = "$commitTs";

/** The largest int64. An unresolved commit timestamp stands for it until the commit. */
export const MAX_INT64 = 2n ** 63n - 1n;

/** The smallest int64. */
export const MIN_INT64 = -(2n ** 63n);

/**
 * The type of a value, as production names it.
 *
 * @param value - A value, or `undefined` for an absent field.
 * @returns The name; an unresolved commit timestamp is the `Int64` that it will become.
 */
export function typeName(value: Value | undefined): TypeName {
  if (value === undefined) return "undefined";
  if (value === null) return "Null";
  if (typeof value === "string") return "String";
  if (typeof value === "number") return "Float64";
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "bigint") return "Int64";
  if (Array.isArray(value)) return "Array";
  if (value instanceof ArrayBuffer) return "Bytes";
  return value instanceof CommitTsPlaceholder ? "Int64" : "Object";
}

/**
 * Whether a value is an object in Convex's sense: not null, an array, bytes or a placeholder.
 *
 * @param value - Any value.
 */
export function isObject(value: Value | undefined): value is ConvexObject {
  return typeof value === "object" && typeName(value) === "Object";
}

/**
 * One field of an object, inherited properties excluded: `constructor` is not a field of `{}`.
 *
 * @param object - The object.
 * @param field - The field's name.
 * @returns Its value, or `undefined` when the object has no such field.
 */
export function ownField(object: ConvexObject, field: string): Value | undefined {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

/**
 * The fields an object has, in the order Convex keeps them (by name; names are ASCII).
 *
 * @param object - The object.
 */
export function fieldNames(object: ConvexObject): string[] {
  return Object.keys(object)
    .filter((field) => object[field] !== undefined)
    .sort();
}

/**
 * Decodes a value that may be absent, as filters and index ranges carry it.
 *
 * @param json - A value's JSON, or `{"$undefined": null}`.
 * @returns The value, or `undefined`.
 */
export function maybeValueFromJson(json: JSONValue): Value | undefined {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    if (json.$undefined === null && Object.keys(json).length === 1) return undefined;
  }
  return jsonToConvex(json);
}
