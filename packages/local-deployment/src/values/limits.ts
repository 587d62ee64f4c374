import { VALUE_LIMITS, DOCUMENT_LIMITS } from "../limits/values.ts";
import { CommitTsPlaceholder, getConvexSize, type Value } from "convex/values";
import { DeveloperError } from "./developer_error.ts";
import { displayValue } from "./encoding/display.ts";
import { fieldNameProblem } from "./identifiers.ts";
import { type ConvexObject, fieldNames, isObject } from "./kinds.ts";

/** A value's size and nesting in Convex's terms. */
export interface Measure {
  /** Bytes. */
  readonly size: number;
  /** How deep arrays and objects are nested (a scalar: 0). */
  readonly nesting: number;
  /** Whether it holds a commit timestamp that isn't known yet. */
  readonly pending: boolean;
}

/**
 * The size of a value in Convex's terms, which limits and bandwidth are counted in.
 *
 * @param value - A value; `undefined` counts as nothing.
 * @returns Bytes.
 */
export function sizeOf(value: Value | undefined): number {
  return getConvexSize(value);
}

/**
 * Measures a value, and checks the limits that hold for every one: nesting, lengths, field names and
 * size. Production checks as it parses, from the inside out (crates/value/src/json/mod.rs).
 *
 * @param value - The value.
 * @throws DeveloperError `TooNestedError`, `TooManyFieldsError`, `ArrayTooLong`,
 *   `InvalidFieldName` or `ValueTooLargeError`, in production's words.
 */
export function measure(value: Value): Measure {
  const walk = new Walk();
  const size = walk.sizeAt(value, 0);
  return { size, nesting: walk.nesting, pending: walk.pending };
}

/** Deeper than this nothing is read: it is too deep in any case, and recursion needs a bound. */
const MAX_DEPTH = 256;

/** One walk through a value. What it finds is kept here, so that no part of a value makes an object. */
class Walk {
  /** Of the value that was measured last. */
  nesting = 0;
  pending = false;

  sizeAt(value: Value, depth: number): number {
    if (depth > MAX_DEPTH) checkNesting(VALUE_LIMITS.nesting + 1);
    if (typeof value === "string") return this.#scalar(2 + Buffer.byteLength(value));
    if (Array.isArray(value)) return this.#array(value, depth);
    if (isObject(value)) return this.#object(value, depth);
    if (value instanceof CommitTsPlaceholder) this.pending = true;
    return this.#scalar(sizeOf(value));
  }

  #scalar(size: number): number {
    checkSize(size, VALUE_LIMITS.size);
    this.nesting = 0;
    return size;
  }

  #array(array: readonly Value[], depth: number): number {
    let size = 2;
    let inner = 0;
    for (const element of array) {
      size += this.sizeAt(element, depth + 1);
      if (this.nesting > inner) inner = this.nesting;
    }
    checkLength(array.length);
    return this.#container(size, inner);
  }

  #object(object: ConvexObject, depth: number): number {
    let size = 2;
    let inner = 0;
    let count = 0;
    for (const field of Object.keys(object)) {
      const value = object[field];
      if (value === undefined) continue;
      checkFieldName(field);
      // Names are ASCII, and have a byte of their own at their end.
      size += field.length + 1 + this.sizeAt(value, depth + 1);
      if (this.nesting > inner) inner = this.nesting;
      count++;
    }
    checkFieldCount(count);
    return this.#container(size, inner);
  }

  #container(size: number, inner: number): number {
    checkSize(size, VALUE_LIMITS.size);
    checkNesting(inner + 1);
    this.nesting = inner + 1;
    return size;
  }
}

/**
 * Checks the limits of a document that is about to be written, all but its size: production looks at
 * that when it has checked the schema (`checkDocumentSize`).
 *
 * @param document - The whole document, `_id` and `_creationTime` included.
 * @returns Its size and nesting.
 * @throws DeveloperError As `measure`, and `InvalidDocumentError` for nesting beyond 16
 *   levels or a field of the developer's that starts with an underscore.
 */
export function checkDocumentShape(document: ConvexObject): Measure {
  const measured = measure(document);
  const violations = fieldNames(document)
    .filter((field) => field.startsWith("_") && field !== "_id" && field !== "_creationTime")
    .map(
      (field) =>
        `Field '${field}' starts with an underscore, which is only allowed for system fields ` +
        "like '_id'",
    );
  if (measured.nesting > DOCUMENT_LIMITS.nesting) {
    violations.unshift(
      `Document is too nested (nested ${measured.nesting} levels deep > maximum nesting ` +
        `${DOCUMENT_LIMITS.nesting})`,
    );
  }
  if (violations.length > 0) {
    throw new DeveloperError(
      "InvalidDocumentError",
      `Document(value: ${displayValue(document)}) isn't a valid document: ` +
        violations.join("\n "),
    );
  }
  return measured;
}

/** @throws DeveloperError `ValueTooLargeError` for more than 1 MiB */
export function checkDocumentSize(size: number): void {
  checkSize(size, DOCUMENT_LIMITS.size);
}

/** @throws DeveloperError `TooNestedError`, in production's words */
export function checkNesting(nesting: number): void {
  if (nesting <= VALUE_LIMITS.nesting) return;
  throw new DeveloperError(
    "TooNestedError",
    `Value is too nested (nested ${nesting} levels deep > maximum nesting ${VALUE_LIMITS.nesting})`,
  );
}

function checkLength(length: number): void {
  if (length <= VALUE_LIMITS.arrayLength) return;
  throw new DeveloperError(
    "ArrayTooLong",
    `Array length is too long (${length} > maximum length ${VALUE_LIMITS.arrayLength})`,
  );
}

/** @throws DeveloperError `TooManyFieldsError`, in production's words */
export function checkFieldCount(count: number): void {
  if (count <= VALUE_LIMITS.objectFields) return;
  throw new DeveloperError(
    "TooManyFieldsError",
    `Object has too many fields (${count} > maximum number ${VALUE_LIMITS.objectFields})`,
  );
}

/** A faster check for names that `fieldNameProblem` accepts. */
const FIELD_NAME = /^(?!\$)[ -~]{0,1024}$/;

/** @throws DeveloperError `InvalidFieldName`, in production's words */
export function checkFieldName(field: string): void {
  if (FIELD_NAME.test(field)) return;
  const problem = fieldNameProblem(field);
  if (problem !== null) throw new DeveloperError("InvalidFieldName", problem);
}

function checkSize(size: number, limit: number): void {
  if (size <= limit) return;
  throw new DeveloperError(
    "ValueTooLargeError",
    `Value is too large (${formatSize(size)} > maximum size ${formatSize(limit)})`,
  );
}

/** Binary units with up to two decimals, as production prints sizes: `1.50 MiB`, `1 MiB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"] as const;
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = Number.isInteger(size) ? 0 : 2;
  return `${size.toFixed(digits)} ${units[unit] ?? "B"}`;
}
