import {
  MAX_INDEXES_PER_TABLE,
  MAX_INDEX_FIELDS,
  MAX_FILTER_FIELDS,
  VECTOR_DIMENSIONS,
} from "../../limits/push.ts";
import { fieldPathProblem, identifierProblem } from "../../values/identifiers.ts";
import { rewordErrors } from "../errors/push_error.ts";
import { schemaErrors } from "../errors/schema.ts";
import type { ExportedTable } from "./schema.ts";

const BUILT_IN = new Set(["by_id", "by_creation_time"]);

type Named = { readonly indexDescriptor: string };

/** Checks a table's indexes as they are written. @throws PushError */
export function checkTableIndexes(table: ExportedTable): void {
  const { tableName, indexes, stagedDbIndexes } = table;
  const search = [...table.searchIndexes, ...table.stagedSearchIndexes];
  const vector = [...table.vectorIndexes, ...table.stagedVectorIndexes];
  const all = [indexes, stagedDbIndexes, search, vector].flat();
  if (all.length > MAX_INDEXES_PER_TABLE) {
    throw schemaErrors.tooManyIndexes(tableName, MAX_INDEXES_PER_TABLE);
  }
  checkDatabaseIndexes(tableName, indexes, false);
  checkDatabaseIndexes(tableName, stagedDbIndexes, true);
  const byFields = findRepeated([...indexes, ...stagedDbIndexes], ({ fields }) => fields);
  if (byFields !== null) throw schemaErrors.sameIndex(tableName, ...byFields);

  inTable(tableName, search, (item) => {
    checkField(item.indexDescriptor, item.searchField);
    checkFilterFields(item.indexDescriptor, item.filterFields);
  });
  const bySearch = findRepeated(search, (item) => [
    item.searchField,
    [...new Set(item.filterFields)].sort(),
  ]);
  if (bySearch !== null) throw schemaErrors.sameSearchField(tableName, ...bySearch);

  inTable(tableName, vector, (item) => {
    checkField(item.indexDescriptor, item.vectorField);
    for (const field of item.filterFields) checkField(item.indexDescriptor, field);
    if (item.dimensions < VECTOR_DIMENSIONS.min || item.dimensions > VECTOR_DIMENSIONS.max) {
      throw schemaErrors.dimensions(item.dimensions, VECTOR_DIMENSIONS.min, VECTOR_DIMENSIONS.max);
    }
    checkFilterFields(item.indexDescriptor, item.filterFields);
  });
  const byVector = findRepeated(vector, (item) => [item.vectorField, item.dimensions]);
  if (byVector !== null) throw schemaErrors.sameVectorField(tableName, ...byVector);
  checkNames(tableName, all);
}

/** Checks the fields of a table's database indexes as `application::evaluate_schema` does. */
export function checkIndexFields({ indexes, stagedDbIndexes }: ExportedTable): void {
  for (const { fields } of [...sortedByName(indexes), ...sortedByName(stagedDbIndexes)]) {
    if (fields.includes("_creationTime")) throw schemaErrors.creationTimeField();
    const parts = fields.flatMap((field) => field.split("."));
    if (parts.some((part) => part.startsWith("_"))) throw schemaErrors.reservedField();
    if (fields.length + 1 > MAX_INDEX_FIELDS) throw schemaErrors.tooManyFields(MAX_INDEX_FIELDS);
  }
}

function checkDatabaseIndexes(
  table: string,
  indexes: ExportedTable["indexes"],
  staged: boolean,
): void {
  inTable(table, indexes, ({ indexDescriptor, fields }) => {
    for (const field of fields) checkField(indexDescriptor, field);
    rewordErrors(
      (message) => `In index "${indexDescriptor}": ${message}`,
      () => {
        if (fields.length > MAX_INDEX_FIELDS) throw schemaErrors.tooManyFields(MAX_INDEX_FIELDS);
        if (fields.includes("_id")) throw schemaErrors.idField();
        const repeated = fields.find((field, position) => fields.indexOf(field) < position);
        if (repeated !== undefined) throw schemaErrors.repeatedField(repeated);
      },
    );
  });
  const empty = sortedByName(indexes).find(({ fields }) => fields.length === 0);
  if (empty !== undefined) throw schemaErrors.emptyIndex(table, empty.indexDescriptor, staged);
}

/** Checks each index of one kind; its errors begin with the table's name. */
function inTable<Index extends Named>(
  table: string,
  indexes: readonly Index[],
  check: (index: Index) => void,
): void {
  rewordErrors(
    (message) => `In table "${table}": ${message}`,
    () => {
      for (const index of indexes) {
        if (identifierProblem(index.indexDescriptor) !== null) {
          throw schemaErrors.indexName(index.indexDescriptor);
        }
        check(index);
      }
    },
  );
}

function checkField(index: string, field: string): void {
  if (fieldPathProblem(field) !== null) throw schemaErrors.indexField(index, field);
}

function checkFilterFields(index: string, fields: readonly string[]): void {
  for (const field of fields) checkField(index, field);
  if (new Set(fields).size > MAX_FILTER_FIELDS) {
    throw schemaErrors.tooManyFilterFields(MAX_FILTER_FIELDS);
  }
}

function checkNames(table: string, indexes: readonly Named[]): void {
  const seen = new Set<string>();
  for (const { indexDescriptor: name } of indexes) {
    const isReserved = BUILT_IN.has(name) || name.startsWith("_");
    // Fivetran's own names are the one exception (crates/common/src/schemas/json.rs).
    if (isReserved && !name.startsWith("_fivetran")) throw schemaErrors.reservedIndex(table, name);
    if (seen.has(name)) throw schemaErrors.repeatedIndex(table, name);
    seen.add(name);
  }
}

/** The names of two indexes that are about the same, the later one first as production has it. */
function findRepeated<Index extends Named>(
  indexes: readonly Index[],
  about: (index: Index) => unknown,
): [string, string] | null {
  const seen = new Map<string, string>();
  for (const index of sortedByName(indexes)) {
    const key = JSON.stringify(about(index));
    const other = seen.get(key);
    // Two of one name are refused by `checkNames`.
    if (other !== undefined && other !== index.indexDescriptor) {
      return [index.indexDescriptor, other];
    }
    seen.set(key, index.indexDescriptor);
  }
  return null;
}

/** Indexes in the order of their names, in which production checks them. */
export function sortedByName<Index extends Named>(indexes: readonly Index[]): Index[] {
  return indexes.toSorted((a, b) => (a.indexDescriptor < b.indexDescriptor ? -1 : 1));
}
