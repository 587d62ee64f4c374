/**
 * Production's limits on one function execution
 * (https://docs.convex.dev/production/state/limits; shared/facts/convex.md section 6).
 */
const MIB = 1024 * 1024;

/** Per transaction, across all nested calls. */
export const TRANSACTION_LIMITS = {
  documentsRead: 32_000,
  bytesRead: 16 * MIB,
  databaseQueries: 4_096,
  documentsWritten: 16_000,
  bytesWritten: 16 * MIB,
  functionsScheduled: 1_000,
  scheduledFunctionArgsBytes: 16 * MIB,
} as const;

/** What a transaction uses up. */
export type UsageName = keyof typeof TRANSACTION_LIMITS;

/** Arguments and results, in bytes. */
export const MAX_VALUE_BYTES = 16 * MIB;
/** The body of an HTTP request to a function or an HTTP action, in bytes. */
export const MAX_BODY_BYTES = 20 * MIB;
/** A push, after decompression, in bytes. */
export const MAX_PUSH_BYTES = 200 * MIB;
/** How deep functions may call functions. */
export const MAX_CALL_DEPTH = 8;
/** Log lines kept of one execution. */
export const MAX_LOG_LINES = 256;
/** A log line's length, in bytes of UTF-8. */
export const MAX_LOG_LINE_BYTES = 32_768;
/** How far from now a function may be scheduled, in milliseconds. */
export const MAX_SCHEDULE_MS = 5 * 366 * 24 * 60 * 60_000;
/** User time of a query or mutation, in milliseconds. */
export const FUNCTION_TIMEOUT_MS = 1_000;
/** A duration in milliseconds as production's texts show it: "30s", or "500ms". */
export function durationText(ms: number): string {
  return ms < 1_000 ? `${String(ms)}ms` : `${String(ms / 1_000)}s`;
}

const LEARN_MORE =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

/** What production says when the named limit is passed. */
export function limitMessage(name: UsageName, limit: number): string {
  switch (name) {
    case "documentsRead":
      return `Too many documents read in a single function execution (limit: ${String(limit)}). ${LEARN_MORE}`;
    case "bytesRead":
      return `Too many bytes read in a single function execution (limit: ${String(limit)} bytes). ${LEARN_MORE}`;
    case "databaseQueries":
      return `Too many reads in a single function execution (limit: ${String(limit)}). ${LEARN_MORE}`;
    case "documentsWritten":
      return `Too many writes in a single function execution (limit: ${String(limit)})`;
    case "bytesWritten":
      return `Too many bytes written in a single function execution (limit: ${String(limit / MIB)} MiB)`;
    case "functionsScheduled":
      return `Too many functions scheduled by this mutation (limit: ${String(limit)})`;
    case "scheduledFunctionArgsBytes":
      return `Too large total size of the arguments of scheduled functions from this mutation (limit: ${String(limit)} bytes)`;
  }
}
