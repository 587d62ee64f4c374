import { CommitTsPlaceholder, jsonToConvex, type Value, type ValidatorJSON } from "convex/values";
import {
  arrayOf,
  type FieldValidator,
  objectOf,
  recordOf,
  unionOf,
} from "./composite_validators.ts";
import { DeveloperError } from "../developer_error.ts";
import { displayFinite, displayValue } from "../encoding/display.ts";
import { identifierFieldProblem, identifierProblem } from "../identifiers.ts";
import { tryDecodeId } from "../ids.ts";
import { byName } from "../order.ts";
import { noMatch, ValidationFailure } from "./validation_failure.ts";

/**
 * Names the table that a number in an id stands for, system tables by the name functions use
 * (`_storage`, `_scheduled_functions`); undefined when there is none.
 */
export type TableNameOf = (tableNumber: number) => string | undefined;

/** A compiled validator. */
export interface Validator {
  readonly kind: ValidatorJSON["type"];
  /** As production writes it in messages: `v.array(v.string())`. */
  readonly text: string;
  /**
   * Checks a value.
   *
   * @returns What is wrong with it, or null.
   */
  check(value: Value, tableNameOf: TableNameOf): ValidationFailure | null;
}

/**
 * Compiles a validator from what `exportArgs()`, `exportReturns()` and a schema's `export()` give.
 *
 * @param json - The validator's JSON.
 * @returns The validator; it keeps nothing of the JSON.
 * @throws DeveloperError `InvalidRecordType` or `UnsupportedFloatLiteral`; `InvalidValidator` where
 *   production's error has no code of its own, such as for names that are no identifiers.
 */
export function parseValidator(json: ValidatorJSON): Validator {
  switch (json.type) {
    case "any":
      return { kind: "any", text: "v.any()", check: () => null };
    case "null":
      return scalar(json.type, "v.null()", (value) => value === null);
    case "number":
      return scalar(json.type, "v.float64()", (value) => typeof value === "number");
    case "bigint":
      return scalar(json.type, "v.int64()", isInt64);
    case "commitTs":
      return scalar(json.type, "v.commitTs()", isInt64);
    case "boolean":
      return scalar(json.type, "v.boolean()", (value) => typeof value === "boolean");
    case "string":
      return scalar(json.type, "v.string()", (value) => typeof value === "string");
    case "bytes":
      return scalar(json.type, "v.bytes()", (value) => value instanceof ArrayBuffer);
    case "literal":
      return literal(jsonToConvex(json.value));
    case "id":
      return idOf(json.tableName);
    case "array":
      return arrayOf(parseValidator(json.value));
    case "record":
      return parseRecord(json.keys, json.values);
    case "object":
      return objectOf(parseFields(json.value));
    case "union":
      return unionOf(json.value.map(parseValidator));
    default:
      throw new DeveloperError("InvalidValidator", `Unknown validator ${JSON.stringify(json)}`);
  }
}

/** The fields of an object validator, as JSON. */
export type FieldsJSON = Extract<ValidatorJSON, { type: "object" }>["value"];

/**
 * Compiles the fields of an object validator.
 *
 * @throws DeveloperError As `parseValidator`; of several wrong fields it names the first by name.
 */
export function parseFields(fields: FieldsJSON): FieldValidator[] {
  const sorted = Object.entries(fields).toSorted(byName);
  return sorted.map(([name, { fieldType, optional }]) => {
    const problem = identifierFieldProblem(name);
    if (problem !== null) throw new DeveloperError("InvalidValidator", problem);
    return { name, validator: parseFieldType(name, fieldType), optional };
  });
}

function parseFieldType(name: string, json: ValidatorJSON): Validator {
  try {
    return parseValidator(json);
  } catch (error) {
    if (!(error instanceof DeveloperError)) throw error;
    throw new DeveloperError(error.code, `Invalid validator for key \`${name}\`: ${error.message}`);
  }
}

function scalar(kind: Validator["kind"], text: string, accepts: (value: Value) => boolean) {
  const validator: Validator = {
    kind,
    text,
    check: (value) => (accepts(value) ? null : noMatch(value, validator)),
  };
  return validator;
}

/** A commit timestamp becomes an int64, and is checked as one before the commit too. */
function isInt64(value: Value): boolean {
  return typeof value === "bigint" || value instanceof CommitTsPlaceholder;
}

function literal(expected: Value): Validator {
  const name = literalText(expected);
  return {
    kind: "literal",
    text: `v.literal(${name})`,
    check: (value) =>
      Object.is(value, expected) ? null : ValidationFailure.literalsDiffer(value, name),
  };
}

/** Serde writes a float without an exponent down to here. */
const SMALLEST_JSON_DECIMAL = 1e-5;

function literalText(value: Value): string {
  if (typeof value === "bigint") return "<bigint>";
  if (typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "number") {
    const text = `Value ${displayValue(value)} is not a valid literal.`;
    throw new DeveloperError("InvalidValidator", text);
  }
  if (Number.isFinite(value)) return displayFinite(value, SMALLEST_JSON_DECIMAL);
  throw new DeveloperError(
    "UnsupportedFloatLiteral",
    "Infinite or NaN values are not supported in literal validators.",
  );
}

function idOf(table: string): Validator {
  const problem = identifierProblem(table);
  if (problem !== null) throw new DeveloperError("InvalidValidator", problem);
  const validator: Validator = {
    kind: "id",
    text: `v.id("${table}")`,
    check: (value, tableNameOf) => {
      const id = typeof value === "string" ? tryDecodeId(value) : null;
      const found = id === null ? undefined : tableNameOf(id.tableNumber);
      if (found === table) return null;
      if (typeof value !== "string" || found === undefined) return noMatch(value, validator);
      return ValidationFailure.wrongTable(value, found, table);
    },
  };
  return validator;
}

function parseRecord(
  keys: ValidatorJSON,
  values: { fieldType: ValidatorJSON; optional: boolean },
): Validator {
  const keyValidator = parseValidator(keys);
  const problem = keyProblem(keys, keyValidator) ?? valuesProblem(values);
  if (problem !== null) throw new DeveloperError("InvalidRecordType", problem);
  return recordOf(keyValidator, parseValidator(values.fieldType));
}

function keyProblem(keys: ValidatorJSON, validator: Validator): string | null {
  if (!isStringSubtype(keys)) {
    return (
      "Records can only have string keys. Your validator contains a record with key typed as " +
      `\`${validator.text}\`, which is not a subtype of \`v.string()\``
    );
  }
  return hasLiteral(keys) ? "Records cannot have string literal keys" : null;
}

function valuesProblem(values: { optional: boolean }): string | null {
  return values.optional ? "Records cannot have optional values" : null;
}

function isStringSubtype(json: ValidatorJSON): boolean {
  if (json.type === "union") return json.value.every(isStringSubtype);
  if (json.type === "literal") return typeof json.value === "string";
  return json.type === "string" || json.type === "id";
}

function hasLiteral(json: ValidatorJSON): boolean {
  return json.type === "union" ? json.value.some(hasLiteral) : json.type === "literal";
}
