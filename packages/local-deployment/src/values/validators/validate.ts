import type { ValidatorJSON, Value } from "convex/values";
import { objectOf, unionOf } from "./composite_validators.ts";
import { DeveloperError } from "../developer_error.ts";
import { displayValue } from "../encoding/display.ts";
import { type ConvexObject, isObject } from "../kinds.ts";
import { parseFields, parseValidator, type TableNameOf, type Validator } from "./validator.ts";

export { parseValidator, type TableNameOf, type Validator } from "./validator.ts";

const SEE_SCHEMA_DOCS =
  "To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.";

/**
 * Compiles the validator of a function's arguments.
 *
 * @param json - What `exportArgs()` gives; null or `v.any()` accepts whatever comes.
 * @returns The validator, or null when there is nothing to check.
 * @throws DeveloperError `InvalidValidator` when it is neither an object's nor `v.any()`.
 */
export function parseArgsValidator(json: ValidatorJSON | null): Validator | null {
  if (json === null || json.type === "any") return null;
  if (json.type !== "object") {
    throw new DeveloperError("InvalidValidator", "Args validator must be an object or any");
  }
  return parseValidator(json);
}

/**
 * Compiles a table's document type. Fields it declares for the system (`_id`, ...) are left out.
 *
 * @param json - The schema's `documentType`; null or `v.any()` accepts whatever comes.
 * @returns The validator, or null when there is nothing to check.
 * @throws DeveloperError `InvalidTopLevelTypeInSchemaError` when it isn't made of objects.
 */
export function parseDocumentType(json: ValidatorJSON | null): Validator | null {
  if (json === null || json.type === "any") return null;
  if (json.type === "union") return unionOf(json.value.map(parseDocumentObject));
  return parseDocumentObject(json);
}

function parseDocumentObject(json: ValidatorJSON): Validator {
  if (json.type !== "object") {
    throw new DeveloperError(
      "InvalidTopLevelTypeInSchemaError",
      "The document validator in a schema must be an object, a union of objects, or `v.any()`. " +
        `Found ${parseValidator(json).text}. ${SEE_SCHEMA_DOCS}`,
    );
  }
  return objectOf(parseFields(json.value).filter(({ name }) => !isSystemField(name)));
}

/**
 * Checks a function's arguments.
 *
 * @param validator - The compiled validator, or null to accept anything.
 * @param args - The one argument.
 * @param tableNameOf - Names the tables that ids in the arguments belong to.
 * @throws DeveloperError `ArgumentValidationError`.
 */
export function checkArgs(
  validator: Validator | null,
  args: Value,
  tableNameOf: TableNameOf,
): void {
  if (validator === null) return;
  const reason = isObject(args)
    ? validator.check(args, tableNameOf)?.message
    : "Expected to receive an object as the function's argument. " +
      `Instead received: ${displayValue(args)}`;
  if (reason === undefined) return;
  throw new DeveloperError("ArgumentValidationError", `ArgumentValidationError: ${reason}`);
}

/**
 * Checks what a function has returned.
 *
 * @param validator - The compiled validator, or null to accept anything.
 * @param value - The returned value.
 * @param tableNameOf - Names the tables that ids in it belong to.
 * @throws DeveloperError `ReturnsValidationError`.
 */
export function checkReturns(
  validator: Validator | null,
  value: Value,
  tableNameOf: TableNameOf,
): void {
  const failure = validator?.check(value, tableNameOf);
  if (failure == null) return;
  throw new DeveloperError("ReturnsValidationError", `ReturnsValidationError: ${failure.message}`);
}

/**
 * Checks a document that a function inserts or updates against its table's type.
 *
 * @param tableName - The table.
 * @param documentType - Its compiled type, or null to accept anything.
 * @param document - The document; its system fields are not checked.
 * @param tableNameOf - Names the tables that ids in it belong to.
 * @throws DeveloperError `SchemaEnforcementError`.
 */
export function checkDocument(
  tableName: string,
  documentType: Validator | null,
  document: ConvexObject,
  tableNameOf: TableNameOf,
): void {
  const failure = documentType?.check(withoutSystemFields(document), tableNameOf);
  if (failure == null) return;
  throw new DeveloperError(
    "SchemaEnforcementError",
    `Failed to insert or update a document in table "${tableName}" because it does not match ` +
      `the schema: ${failure.message}`,
  );
}

/**
 * Checks a stored document against the type that a push wants its table to have.
 *
 * @param tableName - The table.
 * @param documentType - Its compiled type, or null to accept anything.
 * @param document - The document, with its `_id`.
 * @param tableNameOf - Names the tables that ids in it belong to.
 * @throws DeveloperError `SchemaValidationError`, which names the table and the document.
 */
export function checkStoredDocument(
  tableName: string,
  documentType: Validator | null,
  document: ConvexObject,
  tableNameOf: TableNameOf,
): void {
  const failure = documentType?.check(withoutSystemFields(document), tableNameOf);
  if (failure == null) return;
  throw new DeveloperError(
    "SchemaValidationError",
    `Document with ID ${displayValue(document._id)} in table "${tableName}" does not match the ` +
      `schema: ${failure.message}`,
  );
}

function withoutSystemFields(document: ConvexObject): ConvexObject {
  const fields: ConvexObject = {};
  for (const field of Object.keys(document)) {
    if (!isSystemField(field)) fields[field] = document[field];
  }
  return fields;
}

function isSystemField(field: string): boolean {
  return field.startsWith("_");
}
