/**
 * Production's limits on one function execution
 * (https://docs.convex.dev/production/state/limits).
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

/** What is more than this much of a limit is warned of (`FUNCTION_LIMIT_WARNING_RATIO`). */
export const WARNING_RATIO = 0.8;
/** The arguments of one scheduled function, in bytes as Convex counts them: more is only warned of. */
export const MAX_SCHEDULED_ARGS_BYTES = 4 * MIB;
/** Arguments and results, in bytes as Convex counts them. */
export const MAX_VALUE_BYTES = 16 * MIB;
/** The body of an HTTP request to a function, in bytes (`MAX_BACKEND_PUBLIC_API_REQUEST_SIZE`). */
export const MAX_CALL_BODY_BYTES = 16 * MIB + 2_000;
/** The body of any other request, to an HTTP action above all, in bytes (`HTTP_ACTION_BODY_LIMIT`). */
export const MAX_BODY_BYTES = 20 * MIB;
/** A push, after decompression, in bytes. */
export const MAX_PUSH_BYTES = 200 * MIB;
/** How deep functions may call functions; the outermost is not counted. */
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

/** Units of bytes as production's `format_bytes` tries them. */
const BYTE_UNITS = [
  [2 ** 30, "GiB"],
  [1e9, "GB"],
  [MIB, "MiB"],
  [1e6, "MB"],
  [1024, "KiB"],
  [1e3, "KB"],
] as const;

/** A number of bytes in a unit that it is a multiple of, or a tenth of one: "8 MiB", "1534 bytes". */
function byteText(bytes: number): string {
  for (const [unit, name] of BYTE_UNITS) {
    if (bytes >= unit && (bytes * 10) % unit === 0) return `${String(bytes / unit)} ${name}`;
  }
  return `${String(bytes)} bytes`;
}

/** What a function is advised to do that reads too much. */
export const OVER_LIMIT_HELP =
  "Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.";

/** What production says when the named limit is passed. */
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
