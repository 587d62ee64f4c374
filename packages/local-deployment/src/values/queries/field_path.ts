import type { Value } from "convex/values";
import { DeveloperError } from "../developer_error.ts";
import { encodeIndexKey } from "../encoding/index_key.ts";
import { type ConvexObject, isObject, ownField } from "../kinds.ts";

/** Each part of a field path must be an identifier, even where a field's name need not be. */
const IDENTIFIER = /^(?=.*[A-Za-z0-9])[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Splits a dotted field path.
 *
 * @param path - For example `address.city`.
 * @returns Its field names.
 * @throws DeveloperError `InvalidFieldPath` when a part is not an identifier.
 */
export function parseFieldPath(path: string): string[] {
  const parts = path.split(".");
  for (const part of parts) {
    if (!IDENTIFIER.test(part)) {
      throw new DeveloperError(
        "InvalidFieldPath",
        `Invalid field path "${path}": "${part}" is not an identifier. Identifiers must start ` +
          "with a letter and can only contain letters, digits, and underscores.",
      );
    }
  }
  return parts;
}

/**
 * Reads a field of a document by its path.
 *
 * @param document - The document.
 * @param path - A field's name, or several joined by dots.
 * @returns The value, or `undefined` where the path leads nowhere.
 */
export function getField(document: ConvexObject, path: string): Value | undefined {
  // An index's key is made of plain names nearly always.
  if (!path.includes(".")) return ownField(document, path);
  return getPath(document, path.split("."));
}

/**
 * Reads a field of a document by its parsed path.
 *
 * @param document - The document.
 * @param path - The field names, outermost first.
 */
export function getPath(document: ConvexObject, path: readonly string[]): Value | undefined {
  let value: Value | undefined = document;
  for (const part of path) {
    if (!isObject(value)) return undefined;
    value = ownField(value, part);
  }
  return value;
}

/**
 * The key of a document in an index.
 *
 * @param document - The document, with its system fields.
 * @param indexFields - All of the index's fields, those appended by Convex included.
 * @returns The key; an absent field is encoded as `undefined`.
 */
export function indexKeyOf(document: ConvexObject, indexFields: readonly string[]): Uint8Array {
  return encodeIndexKey(indexFields.map((field) => getField(document, field)));
}
