/**
 * Production's limits on one transaction, all nested calls included, and its words when one is passed
 * (https://docs.convex.dev/production/state/limits; crates/common/src/knobs.rs).
 */
import { byteText, MIB } from "./units.ts";

/** The limits of a transaction. */
export const TRANSACTION_LIMITS = {
  documentsRead: 32_000,
  bytesRead: 16 * MIB,
  databaseQueries: 4_096,
  documentsWritten: 16_000,
  bytesWritten: 16 * MIB,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 * MIB,
} as const;

/** The usage that is limited. */
export type UsageName = keyof typeof TRANSACTION_LIMITS;

/** Usage above this part of a limit is logged as a warning (`FUNCTION_LIMIT_WARNING_RATIO`). */
export const WARNING_RATIO = 0.8;
/** The arguments of one scheduled function, in bytes as Convex counts them: more is only warned of. */
export const MAX_SCHEDULED_ARGS_BYTES = 4 * MIB;
/** How far from now a function may be scheduled, in milliseconds. */
export const MAX_SCHEDULE_MS = 5 * 366 * 24 * 60 * 60_000;
/** How long a finished job is kept, in milliseconds: 7 days. */
export const FINISHED_JOB_TTL_MS = 7 * 24 * 60 * 60_000;
/** The part of a limit that a page may use before it is better split (`soft_data_limit`). */
export const SOFT_PAGE_RATIO = 3 / 4;
/** A page with an end cursor may have any number of rows; from this part of so many on it is better split. */
export const MAX_PAGE_ROWS = 8_192;
/** System calls that read, answered together (`MAX_SYSCALL_BATCH_SIZE`). */
export const MAX_SYSCALL_BATCH = 16;

/** Production's advice for a function that reads too much. */
export const OVER_LIMIT_HELP =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

/** Production's message when the named limit is exceeded. */
export function limitMessage(name: UsageName, limit: number): string {
  switch (name) {
    case "documentsRead":
      return `Too many documents read in a single function execution (limit: ${String(limit)}). ${OVER_LIMIT_HELP}`;
    case "bytesRead":
      return `Too many bytes read in a single function execution (limit: ${String(limit)} bytes). ${OVER_LIMIT_HELP}`;
    case "databaseQueries":
      return `Too many reads in a single function execution (limit: ${String(limit)}). ${OVER_LIMIT_HELP}`;
    case "documentsWritten":
      return `Too many writes in a single function execution (limit: ${String(limit)})`;
    case "bytesWritten":
      return `Too many bytes written in a single function execution (limit: ${byteText(limit)})`;
    case "functionsScheduled":
      return `Too many functions scheduled by this mutation (limit: ${String(limit)})`;
    case "scheduledFunctionArgsBytes":
      return `Too large total size of the arguments of scheduled functions from this mutation (limit: ${String(limit)} bytes)`;
  }
}
