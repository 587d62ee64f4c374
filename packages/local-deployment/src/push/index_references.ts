import type { ValidatorJSON } from "convex/values";
import { schemaRefusals } from "./refusals/schema.ts";
import type { ExportedTable } from "./schema.ts";
import { sorted } from "./schema_indexes.ts";

/** Checks that indexed fields can be there at all. @throws PushError `SchemaDefinitionError` */
export function checkIndexReferences(table: ExportedTable): void {
  // `checkTable` has read it as a validator.
  const type = table.documentType as ValidatorJSON | null;
  if (type === null) return;
  const search = [...sorted(table.searchIndexes), ...sorted(table.stagedSearchIndexes)];
  const vector = [...sorted(table.vectorIndexes), ...sorted(table.stagedVectorIndexes)];
  const referenced = [
    ...[...sorted(table.indexes), ...sorted(table.stagedDbIndexes)].flatMap((item) =>
      item.fields.map((field) => ({ item, field })),
    ),
    ...search.map((item) => ({ item, field: item.searchField })),
    ...search.flatMap((item) => item.filterFields.map((field) => ({ item, field }))),
    ...vector.map((item) => ({ item, field: item.vectorField })),
  ];
  for (const { item, field } of referenced) {
    const path = withoutDots(field).split(".");
    const isSystem = path.length === 1 && field.startsWith("_");
    if (isSystem || canContain(type, path)) continue;
    throw schemaRefusals.unknownField(table.tableName, item.indexDescriptor, withoutDots(field));
  }
  for (const { indexDescriptor, vectorField } of vector) {
    if (canBeVector(type, withoutDots(vectorField).split("."))) continue;
    throw schemaRefusals.notAVector(table.tableName, indexDescriptor, withoutDots(vectorField));
  }
}

/** Dots around a path are forgiven (crates/value/src/field_path.rs). */
function withoutDots(path: string): string {
  return path.replace(/^\.+|\.+$/g, "");
}

function canContain(type: ValidatorJSON, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined || type.type === "any") return true;
  if (type.type === "union") return type.value.some((member) => canContain(member, path));
  if (type.type !== "object") return false;
  const field = Object.hasOwn(type.value, first) ? type.value[first] : undefined;
  return field !== undefined && canContain(field.fieldType, rest);
}

function canBeVector(type: ValidatorJSON, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return isVector(type);
  if (type.type === "any") return true;
  if (type.type === "union") return type.value.some((member) => canBeVector(member, path));
  if (type.type !== "object") return false;
  const field = Object.hasOwn(type.value, first) ? type.value[first] : undefined;
  return field === undefined || canBeVector(field.fieldType, rest);
}

function isVector(type: ValidatorJSON): boolean {
  if (type.type === "array") return type.value.type === "number" || type.value.type === "any";
  return type.type === "any" || (type.type === "union" && type.value.some(isVector));
}
