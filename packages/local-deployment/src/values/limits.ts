import { getConvexSize, type Value } from "convex/values";
import { DeveloperError } from "./developer_error.ts";
import { displayValue } from "./display.ts";
import { fieldNameProblem } from "./identifiers.ts";
import { type ConvexObject, fieldNames, isObject } from "./kinds.ts";

/** Convex's limits (facts/convex.md, section 6). Sizes are in bytes as `sizeOf` counts them. */
const LIMITS = {
  documentSize: 1024 * 1024,
  documentNesting: 16,
  /** Of any value, whatever smaller limit its use has. */
  valueSize: 32 * 1024 * 1024,
  valueNesting: 64,
  objectFields: 1024,
  arrayLength: 8192,
} as const;

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
 * Checks the limits that hold for every value: nesting, lengths, field names and size.
 *
 * @param value - The value.
 * @throws DeveloperError `TooNestedError`, `TooManyFieldsError`, `ArrayTooLong`,
 *   `InvalidFieldName` or `ValueTooLargeError`, in production's words.
 */
export function checkValueLimits(value: Value): void {
  checkShape(value, 0);
  checkSize(value, LIMITS.valueSize);
}

/**
 * Checks the limits of a document that is about to be written.
 *
 * @param document - The whole document, `_id` and `_creationTime` included.
 * @throws DeveloperError As `checkValueLimits`, and `InvalidDocumentError` for nesting beyond 16
 *   levels or a field of the developer's that starts with an underscore.
 */
export function checkDocumentLimits(document: ConvexObject): void {
  const nesting = checkShape(document, 0);
  const violations = fieldNames(document)
    .filter((field) => field.startsWith("_") && field !== "_id" && field !== "_creationTime")
    .map(
      (field) =>
        `Field '${field}' starts with an underscore, which is only allowed for system fields ` +
        "like '_id'",
    );
  if (nesting > LIMITS.documentNesting) {
    violations.unshift(
      `Document is too nested (nested ${nesting} levels deep > maximum nesting ` +
        `${LIMITS.documentNesting})`,
    );
  }
  if (violations.length > 0) {
    throw new DeveloperError(
      "InvalidDocumentError",
      `Document(value: ${displayValue(document)}) isn't a valid document: ` +
        violations.join("\n "),
    );
  }
  checkSize(document, LIMITS.documentSize);
}

/**
 * Checks everything but the size.
 *
 * @param value - The value.
 * @param depth - How many arrays and objects are around it.
 * @returns How deep the value itself is nested (a scalar: 0).
 */
function checkShape(value: Value, depth: number): number {
  const elements = elementsOf(value);
  if (elements === null) return 0;
  if (depth === LIMITS.valueNesting) throw tooNested();
  let nesting = 0;
  for (const element of elements) nesting = Math.max(nesting, checkShape(element, depth + 1));
  return 1 + nesting;
}

/** What an array or object holds, once its own limits are checked; null for anything else. */
function elementsOf(value: Value): readonly Value[] | null {
  if (Array.isArray(value)) {
    if (value.length <= LIMITS.arrayLength) return value;
    throw new DeveloperError(
      "ArrayTooLong",
      `Array length is too long (${value.length} > maximum length ${LIMITS.arrayLength})`,
    );
  }
  if (!isObject(value)) return null;
  const fields = Object.keys(value).filter((field) => value[field] !== undefined);
  if (fields.length > LIMITS.objectFields) {
    throw new DeveloperError(
      "TooManyFieldsError",
      `Object has too many fields (${fields.length} > maximum number ${LIMITS.objectFields})`,
    );
  }
  fields.forEach(checkFieldName);
  return fields.map((field) => value[field] ?? null);
}

function checkFieldName(field: string): void {
  const problem = fieldNameProblem(field);
  if (problem !== null) throw new DeveloperError("InvalidFieldName", problem);
}

function checkSize(value: Value, limit: number): void {
  const size = sizeOf(value);
  if (size <= limit) return;
  throw new DeveloperError(
    "ValueTooLargeError",
    `Value is too large (${formatSize(size)} > maximum size ${formatSize(limit)})`,
  );
}

/** Production counts from the inside out, so the first level too many is the one it reports. */
function tooNested(): DeveloperError {
  return new DeveloperError(
    "TooNestedError",
    `Value is too nested (nested ${LIMITS.valueNesting + 1} levels deep > maximum nesting ` +
      `${LIMITS.valueNesting})`,
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
