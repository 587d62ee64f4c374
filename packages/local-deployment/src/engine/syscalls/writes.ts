import type { JSONValue, Value } from "convex/values";
import { z } from "zod";
import { FunctionError, messageOf } from "../../lib/errors.ts";
import type { Table } from "../../storage/catalog.ts";
import type { StoredRow } from "../../storage/documents.ts";
import { parseDocument, type Document } from "../../tx/document.ts";
import { nonexistentDocument } from "../../tx/transaction.ts";
import { valueFromJson } from "../../values/encoding/from_json.ts";
import { isObject } from "../../values/kinds.ts";
import {
  checkDocumentShape,
  checkFieldCount,
  checkDocumentSize,
  measure,
  type Measure,
} from "../../values/limits.ts";
import { checkDocument } from "../../values/validators/validate.ts";
import type { Frame } from "../calls/frame.ts";
import { tableNames } from "../code/schemas.ts";
import type { EngineState } from "../state.ts";
import { parseArgs, type Syscall } from "./syscall.ts";
import { tableOfArgument } from "./tables.ts";

/** Letters, digits and underscores; production's rule for table names. */
const TABLE_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,63}$/;

const insertArgs = z.object({ table: z.string(), value: z.json() });

const insert: Syscall = (state, frame, args) => {
  const { table: name, value } = parseArgs("db.insert", insertArgs, args);
  if (!TABLE_NAME.test(name)) {
    throw new FunctionError(
      `Invalid argument \`table\` for \`db.insert\`: Invalid table name "${name}"`,
    );
  }
  const document = parseFields("db.insert", value);
  if (Object.hasOwn(document, "_id") || Object.hasOwn(document, "_creationTime")) {
    throw new FunctionError(
      "Provided document includes a system field: `_id` and `_creationTime` are set by the system.",
    );
  }
  const types = state.documentTypes(frame.component.id);
  if (!types.declares(name)) {
    throw new FunctionError(
      `Failed to insert or update a document in table "${name}" because the table is not in the schema.`,
    );
  }
  const table = frame.tx.ensureTable(frame.component.id, name);
  // Production adds `_id` and looks, then the other.
  checkFieldCount(Object.keys(document).length + 1);
  const whole = frame.tx.newDocument(table, document);
  frame.tx.insert(table, whole, checkFields(state, frame, table, whole));
  return JSON.stringify({ _id: whole._id });
};

const idArgs = z.object({ id: z.string(), table: z.string().nullish() });
const changeArgs = idArgs.extend({ value: z.json() });

const shallowMerge: Syscall = (state, frame, args) => {
  const { id, table: expected, value } = parseArgs("db.patch", changeArgs, args);
  const { table, stored } = find(state, frame, "db.patch", "Update", id, expected);
  const patch = parsePatch(value);
  const document = parseDocument(stored.json);
  keepSystemFields(document, patch);
  const fields = Object.entries({ ...document, ...patch });
  const merged: Document = Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  return write(state, frame, table, stored, merged);
};

const replace: Syscall = (state, frame, args) => {
  const { id, table: expected, value } = parseArgs("db.replace", changeArgs, args);
  const { table, stored } = find(state, frame, "db.replace", "Replace", id, expected);
  const fields = parseFields("db.replace", value);
  const document = parseDocument(stored.json);
  keepSystemFields(document, fields);
  const { _id, _creationTime } = document;
  return write(state, frame, table, stored, { ...fields, _id, _creationTime });
};

const remove: Syscall = (state, frame, args) => {
  const { id, table: expected } = parseArgs("db.delete", idArgs, args);
  const { table, stored } = find(state, frame, "db.delete", "Delete", id, expected);
  frame.tx.remove(table, stored);
  return stored.json;
};

/** Writes of documents; mutations only. */
export const writeSyscalls: Readonly<Record<string, Syscall>> = {
  insert,
  shallowMerge,
  replace,
  remove,
};

function find(
  state: EngineState,
  frame: Frame,
  method: string,
  operation: "Update" | "Replace" | "Delete",
  id: string,
  expected: string | null | undefined,
): { table: Table; stored: StoredRow } {
  const table = tableOfArgument(state, frame, method, id, expected);
  const stored = table === undefined ? null : frame.tx.get(table, id);
  if (table === undefined || stored === null) throw nonexistentDocument(operation, id);
  if (table.name.startsWith("_")) {
    throw new FunctionError("System tables (prefixed with `_`) are read-only.");
  }
  return { table, stored };
}

function write(
  state: EngineState,
  frame: Frame,
  table: Table,
  stored: StoredRow,
  document: Document,
): string {
  frame.tx.replace(table, stored, document, checkFields(state, frame, table, document));
  return "null";
}

/** @param document - with its system fields */
function checkFields(state: EngineState, frame: Frame, table: Table, document: Document): Measure {
  const measured = checkDocumentShape(document);
  const type = state.documentTypes(frame.component.id).of(table.name);
  checkDocument(table.name, type, document, tableNames(state.store.catalog, frame.component.id));
  checkDocumentSize(measured.size);
  return measured;
}

function parseFields(method: string, value: JSONValue): Document {
  const document = argument(method, value);
  if (!isObject(document)) {
    throw new FunctionError(
      `Invalid argument \`value\` for \`${method}\`: Value must be an Object`,
    );
  }
  return document;
}

/** The value that a method was given to write. @throws FunctionError with production's message when it is not a value */
function argument(method: string, json: JSONValue): Value {
  try {
    const value = valueFromJson(json);
    measure(value);
    return value;
  } catch (error) {
    throw new FunctionError(`Invalid argument \`value\` for \`${method}\`: ${messageOf(error)}`);
  }
}

/** A patch's fields; undefined removes a field. */
function parsePatch(value: z.infer<typeof changeArgs>["value"]): Document {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FunctionError("Invalid argument `value` for `db.patch`: Value must be an Object");
  }
  return Object.fromEntries(
    Object.entries(value).map(([field, change]) => [
      field,
      isUndefined(change) ? undefined : argument("db.patch", change),
    ]),
  );
}

function isUndefined(change: unknown): boolean {
  return typeof change === "object" && change !== null && Object.hasOwn(change, "$undefined");
}

/** A write may contain the system fields only with their present values. */
function keepSystemFields(document: Document, change: Document): void {
  for (const field of ["_id", "_creationTime"]) {
    if (Object.hasOwn(change, field) && change[field] !== document[field]) {
      throw new FunctionError(
        `Provided document \`${field}\` field does not match the document being updated: system fields can't be changed.`,
      );
    }
  }
}
