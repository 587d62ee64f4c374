import { FILE_SECONDS } from "../../limits/push.ts";
import { z } from "zod";
import type { ValidatorJSON } from "convex/values";
import type { Schema } from "../../engine/code/analysis.ts";
import type { CompiledModule } from "../../runtime/modules/compile.ts";
import { DeveloperError } from "../../values/developer_error.ts";
import { parseWellFormedJson, tooDeepAt } from "../../values/encoding/json_text.ts";
import { identifierProblem } from "../../values/identifiers.ts";
import { parseDocumentType } from "../../values/validators/validate.ts";
import { evaluateFile } from "../evaluate_file.ts";
import { rewordErrors } from "../errors/push_error.ts";
import type { ImportHosts } from "../import_hosts.ts";
import { moduleErrors } from "../errors/modules.ts";
import { schemaErrors } from "../errors/schema.ts";
import { checkIndexReferences } from "./index_references.ts";
import { checkIndexFields, checkTableIndexes } from "./indexes.ts";
import type { Timed } from "../time_limit.ts";

const index = z.object({ indexDescriptor: z.string(), fields: z.array(z.string()) });
const searchIndex = z.object({
  indexDescriptor: z.string(),
  searchField: z.string(),
  filterFields: z.array(z.string()),
});
const vectorIndex = z.object({
  indexDescriptor: z.string(),
  vectorField: z.string(),
  dimensions: z.number(),
  filterFields: z.array(z.string()),
});
const optionalList = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const exportedTable = z
  .object({
    tableName: z.string(),
    indexes: z.array(index),
    stagedDbIndexes: optionalList(index),
    searchIndexes: optionalList(searchIndex),
    stagedSearchIndexes: optionalList(searchIndex),
    vectorIndexes: optionalList(vectorIndex),
    stagedVectorIndexes: optionalList(vectorIndex),
    documentType: z
      .unknown()
      .optional()
      .transform((type) => type ?? null),
  })
  .loose();
const exportedSchema = z.object({
  tables: z.array(exportedTable),
  schemaValidation: z
    .boolean()
    .nullish()
    .transform((on) => on ?? false),
});

/** A table as `schema.ts` exports it, absent lists of indexes made empty. */
export type ExportedTable = z.output<typeof exportedTable>;

/**
 * Evaluates a `schema.ts` and holds it against production's rules
 * (crates/isolate/src/environment/schema.rs, crates/common/src/schemas/json.rs).
 *
 * @throws PushError in production's order: of several faults the one that production tells
 */
export function evaluateSchema(module: CompiledModule, hosts: ImportHosts, timed: Timed): Schema {
  const reword = (message: string) => `Hit an error while evaluating your schema:\n${message}`;
  // Production's status and code for these could not be established.
  const failed = (error: string) => schemaErrors.invalid(`${error}\n`);
  const timeoutError = failed(moduleErrors.timedOut(FILE_SECONDS)).reworded(reword);
  return rewordErrors(reword, () =>
    timed({ seconds: FILE_SECONDS, timeoutError }, () => {
      const { exports } = evaluateFile(module, hosts.schema, failed);
      return checkSchema(exportedText(exports.default));
    }),
  );
}

function exportedText(schema: unknown): string {
  if (schema === undefined || schema === null) throw schemaErrors.missingExport();
  try {
    // Whatever fails here is, to production, not a schema.
    const exported: unknown = (schema as { export(): unknown }).export();
    if (typeof exported === "string") return exported;
  } catch {
    throw schemaErrors.invalidExport();
  }
  throw schemaErrors.invalidExport();
}

function checkSchema(text: string): Schema {
  const { tables, schemaValidation } = parseExported(text);
  for (const table of tables) checkTable(table);
  const byName = tables.toSorted((a, b) => (a.tableName < b.tableName ? -1 : 1));
  for (const table of byName) checkIndexFields(table);
  if (schemaValidation) byName.forEach(checkIndexReferences);
  return { tables, schemaValidation };
}

function parseExported(text: string): z.output<typeof exportedSchema> {
  if (tooDeepAt(text) !== null) throw schemaErrors.invalidJson();
  let json: unknown;
  try {
    json = parseWellFormedJson(text);
  } catch {
    throw schemaErrors.invalidJson();
  }
  const parsed = exportedSchema.safeParse(json);
  if (!parsed.success) throw schemaErrors.invalidJson();
  return parsed.data;
}

function checkTable(table: ExportedTable): void {
  const { tableName, documentType } = table;
  try {
    // The convex package's `export()` gives validators as JSON; what isn't one is refused in there.
    parseDocumentType(documentType as ValidatorJSON | null);
  } catch (error) {
    if (!(error instanceof DeveloperError)) throw error;
    const coded = error.code === "InvalidValidator" ? null : error.code;
    throw schemaErrors.validator(coded, error.message);
  }
  if (identifierProblem(tableName) !== null) throw schemaErrors.tableName(tableName);
  if (tableName.startsWith("_")) throw schemaErrors.reservedTable(tableName);
  checkTableIndexes(table);
}
