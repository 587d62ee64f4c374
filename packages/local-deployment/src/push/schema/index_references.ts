import type { ValidatorJSON } from "convex/values";
import { withoutOuterDots } from "../../values/identifiers.ts";
import { schemaErrors } from "../errors/schema.ts";
import type { ExportedTable } from "./schema.ts";
import { sortedByName } from "./indexes.ts";

/** Checks that indexed fields can be there at all. @throws PushError `SchemaDefinitionError` */
export function checkIndexReferences(table: ExportedTable): void {
  // `checkTable` has read it as a validator.
  const type = table.documentType as ValidatorJSON | null;
  if (type === null) return;
  const search = [...sortedByName(table.searchIndexes), ...sortedByName(table.stagedSearchIndexes)];
  const vector = [...sortedByName(table.vectorIndexes), ...sortedByName(table.stagedVectorIndexes)];
  const referenced = [
    ...[...sortedByName(table.indexes), ...sortedByName(table.stagedDbIndexes)].flatMap((item) =>
      item.fields.map((field) => ({ item, field })),
    ),
    ...search.map((item) => ({ item, field: item.searchField })),
    ...search.flatMap((item) => item.filterFields.map((field) => ({ item, field }))),
    ...vector.map((item) => ({ item, field: item.vectorField })),
  ];
  for (const { item, field } of referenced) {
    const path = withoutOuterDots(field).split(".");
    const isSystem = path.length === 1 && field.startsWith("_");
    if (isSystem || canLeadTo(ANYTHING, type, path)) continue;
    throw schemaErrors.unknownField(table.tableName, item.indexDescriptor, withoutOuterDots(field));
  }
  for (const { indexDescriptor, vectorField } of vector) {
    if (canLeadTo(A_VECTOR, type, withoutOuterDots(vectorField).split("."))) continue;
    throw schemaErrors.notAVector(table.tableName, indexDescriptor, withoutOuterDots(vectorField));
  }
}

/** Where a path may lead in a document type. */
interface Wanted {
  /** Whether the type at its end is valid. */
  readonly end: (type: ValidatorJSON) => boolean;
  /** Whether a missing field is valid. */
  readonly absent: boolean;
}

const ANYTHING: Wanted = { end: () => true, absent: false };
const A_VECTOR: Wanted = { end: isVector, absent: true };

function canLeadTo(wanted: Wanted, type: ValidatorJSON, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return wanted.end(type);
  if (type.type === "any") return true;
  if (type.type === "union") return type.value.some((member) => canLeadTo(wanted, member, path));
  if (type.type !== "object") return false;
  const field = Object.hasOwn(type.value, first) ? type.value[first] : undefined;
  return field === undefined ? wanted.absent : canLeadTo(wanted, field.fieldType, rest);
}

function isVector(type: ValidatorJSON): boolean {
  if (type.type === "array") return type.value.type === "number" || type.value.type === "any";
  return type.type === "any" || (type.type === "union" && type.value.some(isVector));
}
