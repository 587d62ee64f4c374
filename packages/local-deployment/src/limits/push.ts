/** Production's limits on what is pushed (crates/common/src/knobs.rs, unless another file is named). */

/** How long a module's evaluation may take, in seconds of user time. */
export const MODULE_SECONDS = 4;
/** The same, of files that are no modules of functions. */
export const FILE_SECONDS = 1;
/** Modules of one definition; chunks that modules share don't count (`MAX_USER_MODULES`). */
export const MAX_MODULES = 4_096;
/** Sources and source maps, packed, in bytes (`MAX_ZIPPED_PACKAGES_SIZE`). */
export const MAX_ZIPPED_BYTES = 90_000_000;
/** Sources and source maps, in bytes (crates/model/src/source_packages/types.rs). */
export const MAX_UNZIPPED_BYTES = 230_000_000;
/**
 * Lines that modules log while they are imported: the last ones are part of the error when one fails
 * (crates/isolate/src/environment/analyze.rs, crates/node_executor/src/executor.rs).
 */
export const MAX_IMPORT_LOGS = 100;
/** A cron's arguments, in bytes (crates/common/src/document.rs, `MAX_USER_SIZE`). */
export const MAX_CRON_ARGS_BYTES = 1024 * 1024;
/** Tables of all components together (crates/database/src/bootstrap_model/table.rs, `MAX_USER_TABLES`). */
export const MAX_TABLES = 10_000;
/** Indexes of a table, of all kinds together, staged ones too (crates/common/src/schemas/mod.rs). */
export const MAX_INDEXES_PER_TABLE = 64;
/** Of one index; `_creationTime`, which is appended, counts (crates/common/src/bootstrap_model/index/mod.rs). */
export const MAX_INDEX_FIELDS = 16;
export const MAX_FILTER_FIELDS = 16;
/** Of a vector index (crates/common/src/bootstrap_model/index/vector_index/dimensions.rs). */
export const VECTOR_DIMENSIONS = { min: 2, max: 4_096 } as const;

/**
 * Environment variables (crates/common/src/types/environment_variables.rs; `ENV_VAR_LIMIT` and
 * `ENV_VAR_TOTAL_SIZE_LIMIT`). Lengths are bytes of UTF-8; the total is that of names and values.
 */
export const VARIABLE_LIMITS = {
  nameBytes: 256,
  valueBytes: 8 * 1024,
  count: 512,
  totalBytes: 512 * 1024,
} as const;
