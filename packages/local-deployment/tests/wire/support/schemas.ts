import { defineSchema, defineTable, type GenericSchema, type TableDefinition } from "convex/server";
import { v, type Validator } from "convex/values";

/** As the bundle of a `schema.ts` that exports this schema. */
function exporting(schema: string | object): string {
  // `export` is there for the push, and left out of the type.
  const text = typeof schema === "string" ? schema : (schema as { export(): string }).export();
  return `export default { export: () => ${JSON.stringify(text)} };`;
}
/** The bundle of a schema of these tables. */
export function schemaOf(tables: GenericSchema, schemaValidation = true): string {
  return exporting(defineSchema(tables, { schemaValidation }));
}
/** A table `notes` with fields `a`, `b` and `deep.c`; names are loosely typed here, to be wrong. */
export function notes(build: (table: LooseTable) => LooseTable): GenericSchema {
  const table = defineTable({
    a: v.string(),
    b: v.number(),
    deep: v.object({ c: v.string() }),
    vector: v.array(v.float64()),
    either: v.union(v.object({ d: v.string() }), v.null()),
    map: v.record(v.string(), v.string()),
    any: v.any(),
  });
  // The package's types know the fields; production is asked about those that aren't there.
  return { notes: build(table) as unknown as TableDefinition };
}
interface LooseTable {
  index(name: string, fields: readonly string[] | object): LooseTable;
  searchIndex(name: string, config: object): LooseTable;
  vectorIndex(name: string, config: object): LooseTable;
}
/** Names of that many fields. */
export const many = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`);
/** A schema with one index on `notes`. */
export const index = (name: string, fields: readonly string[]) =>
  schemaOf(notes((table) => table.index(name, fields)));
/** A schema with one index on a table of anything. */
export const fields = (names: readonly string[]) =>
  schemaOf({ t: defineTable(v.any()).index("i", names as never) }, false);
/** A schema whose `notes` have these fields. */
export const typed = (type: Record<string, Validator<unknown, "required", string>>) =>
  schemaOf({ notes: defineTable(type as never) });
/** A schema whose `notes` are described by hand. */
export const raw = (table: object) =>
  exporting(JSON.stringify({ tables: [{ tableName: "notes", indexes: [], ...table }] }));

/** A schema with a field of arrays in arrays. */
export function nested(depth: number): string {
  let type: object = { type: "any" };
  for (let i = 0; i < depth; i++) type = { type: "array", value: type };
  return raw({
    documentType: { type: "object", value: { a: { fieldType: type, optional: false } } },
  });
}
