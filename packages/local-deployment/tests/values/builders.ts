import type { GenericValidator, ValidatorJSON } from "convex/values";
import { encodeId } from "../../src/values/ids.ts";
import type { TableNameOf } from "../../src/values/validators/validate.ts";

const TABLES = new Map([
  [10_001, "users"],
  [10_002, "projects"],
  [27, "_storage"],
]);

/** The tables of the deployment that the tests imagine. */
export const tableNameOf: TableNameOf = (tableNumber) => TABLES.get(tableNumber);

/** Some document's id in a table. */
export function anId(tableNumber: number): string {
  return encodeId(
    tableNumber,
    Uint8Array.from({ length: 16 }, (_, i) => i * 7),
  );
}

/** A validator's JSON as the official library exports it with a function or schema. */
function jsonOf(validator: GenericValidator): ValidatorJSON {
  // `json` is what `exportArgs()` serialises; the library marks it internal.
  return (validator as unknown as { json: ValidatorJSON }).json;
}

/** A copy that has been through JSON, as everything a push brings has. */
export function pushed(validator: GenericValidator): ValidatorJSON {
  return JSON.parse(JSON.stringify(jsonOf(validator))) as ValidatorJSON;
}
