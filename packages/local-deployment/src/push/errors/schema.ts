import { PushError } from "./push_error.ts";

/**
 * What production refuses in a `schema.ts`: code and words. Unless noted they are those of
 * crates/common/src/bootstrap_model/index/index_validation_error.rs.
 */
export const schemaErrors = {
  /** schemas/mod.rs, `missing_schema_export_error` */
  missingExport: () =>
    new PushError("MissingSchemaExportError", `Schema file missing default export. ${SEE_DOCS}`),
  /** schemas/mod.rs, `invalid_schema_export_error` */
  invalidExport: () =>
    new PushError(
      "InvalidSchemaExport",
      `Default export from schema file isn't a Convex schema. ${SEE_DOCS}`,
    ),
  /** json_trait/src/lib.rs; JSON that is nested deeper than serde reads counts as invalid */
  invalidJson: () => new PushError("InvalidJson", "Invalid JSON"),
  /** isolate/src/environment/schema.rs: whatever has no code of its own */
  invalid: (message: string) => new PushError("InvalidSchema", message),
  /** What values/validator.ts says of a document type, with its code where production has one. */
  validator: (code: string | null, message: string) =>
    new PushError(code ?? "InvalidSchema", message),

  tableName: (table: string) =>
    new PushError(
      "InvalidTableName",
      `Invalid table name: "${table}". Identifiers must start with a letter and can only contain ` +
        "letters, digits, and underscores.",
    ),
  reservedTable: (table: string) =>
    new PushError("TableNameReserved", `${table} is a reserved table name.`),
  tooManyTables: (maximum: number) =>
    new PushError("TooManyTables", `Number of tables cannot exceed ${maximum}.`),
  tooManyIndexes: (table: string, maximum: number) =>
    new PushError("TooManyIndexes", `Table "${table}" cannot have more than ${maximum} indexes.`),

  indexName: (index: string) =>
    new PushError(
      "InvalidIndexName",
      `Invalid index name: "${index}". Identifiers must be 64 characters or less, start with a ` +
        "letter, and only contain letters, digits, underscores.",
    ),
  reservedIndex: (table: string, index: string) =>
    new PushError(
      "IndexNameReserved",
      `In table "${table}" cannot name an index "${index}" because the name is reserved. Indexes ` +
        'may not start with an underscore or be named "by_id" or "by_creation_time".',
    ),
  repeatedIndex: (table: string, index: string) =>
    new PushError(
      "IndexNamesNotUnique",
      `Table "${table}" has two or more definitions of index "${index}".`,
    ),
  emptyIndex: (table: string, index: string, staged: boolean) =>
    new PushError(
      "EmptyIndex",
      `In table "${table}" ${staged ? "staged " : ""}index "${index}" must have at least one field.`,
    ),
  sameIndex: (table: string, first: string, second: string) =>
    new PushError(
      "IndexNotUnique",
      `In table "${table}" index "${first}" and index "${second}" have the same fields. Indexes ` +
        "must be unique within a table.",
    ),
  sameSearchField: (table: string, first: string, second: string) =>
    new PushError("SearchIndexFieldNotUnique", sameField("search", table, first, second)),
  sameVectorField: (table: string, first: string, second: string) =>
    new PushError("VectorIndexFieldNotUnique", sameField("vector", table, first, second)),

  indexField: (index: string, field: string) =>
    new PushError("InvalidIndexField", `In index "${index}": Invalid index field: "${field}"`),
  tooManyFields: (maximum: number) =>
    new PushError("IndexTooManyFields", `Indexes may have up to ${maximum} fields.`),
  tooManyFilterFields: (maximum: number) =>
    new PushError(
      "IndexTooManyFilterFields",
      `Search indexes may have up to ${maximum} filter fields.`,
    ),
  repeatedField: (field: string) =>
    new PushError(
      "FieldsNotUniqueWithinIndex",
      `Duplicate field "${field}". Index fields must be unique within an index.`,
    ),
  idField: () =>
    new PushError(
      "IndexFieldsContainId",
      "`_id` is not a valid index field. To load documents by ID, use `db.get(id)`.",
    ),
  creationTimeField: () =>
    new PushError(
      "IndexFieldsContainCreationTime",
      "`_creationTime` is automatically added to the end of each index. It should not be added " +
        "explicitly in the index definition. See https://docs.convex.dev/using/indexes for more " +
        "details.",
    ),
  reservedField: () =>
    new PushError(
      "IndexFieldNameReserved",
      "Reserved fields (starting with `_`) are not allowed in indexes.",
    ),
  /** schemas/mod.rs, `check_index_references` */
  unknownField: (table: string, index: string, field: string) =>
    new PushError(
      "SchemaDefinitionError",
      `In table "${table}" the index "${index}" is invalid because it references the field ` +
        `"${field}" that does not exist.`,
    ),
  /** schemas/mod.rs, `check_index_references` */
  notAVector: (table: string, index: string, field: string) =>
    new PushError(
      "SchemaDefinitionError",
      `In table "${table}" the vector index "${index}" is invalid because it references the field ` +
        `"${field}" that is neither an array of float64 or optional array of float64.`,
    ),
  /** index/vector_index/dimensions.rs */
  dimensions: (dimensions: number, minimum: number, maximum: number) =>
    new PushError(
      "InvalidVectorDimensionError",
      `Dimensions ${dimensions} must be between ${minimum} and ${maximum}.`,
    ),
} as const;

const SEE_DOCS =
  "To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.";

/** Production's text has a line break and spaces in it. */
function sameField(kind: "search" | "vector", table: string, first: string, second: string) {
  const title = `${kind[0]?.toUpperCase() ?? ""}${kind.slice(1)}`;
  return (
    `In table "${table}" ${kind} index "${first}" and ${kind} index "${second}" have the same ` +
    `\`${kind}Field\`. ${title} index fields must be unique within a table. You should combine the\n` +
    `             indexes with the same \`${kind}Field\` into one index containing all ` +
    "`filterField`s and then use different subsets of the `filterField`s at query time."
  );
}
