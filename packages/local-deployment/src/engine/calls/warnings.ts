import { DOCUMENT_LIMITS } from "../../limits/values.ts";
import {
  MAX_SCHEDULED_ARGS_BYTES,
  OVER_LIMIT_HELP,
  TRANSACTION_LIMITS,
  WARNING_RATIO,
  type UsageName,
} from "../../limits/transactions.ts";
import { MAX_BODY_BYTES } from "../../limits/requests.ts";
import { FUNCTION_TIMEOUT_MS, MAX_VALUE_BYTES } from "../../limits/functions.ts";
import type { LargestWrites } from "../../tx/large_writes.ts";
import type { Usage } from "../../tx/usage.ts";

/** What a query or mutation came near to, with all that it called. Sizes are in bytes. */
export interface FunctionExtent {
  readonly argsSize: number;
  /** Null for a function that failed. */
  readonly resultSize: number | null;
  readonly usage: Usage;
  readonly largestWrites: LargestWrites;
  /** How long its own code took, in milliseconds. */
  readonly elapsedMs: number;
}

/** What a transaction's use is called when it is near its limit. */
const NEAR: Readonly<Record<UsageName, { what: string; unit?: string; advice?: string }>> = {
  documentsRead: {
    what: "Many documents read in a single function execution",
    advice: OVER_LIMIT_HELP,
  },
  databaseQueries: { what: "Many reads in a single function execution", advice: OVER_LIMIT_HELP },
  bytesRead: {
    what: "Many bytes read in a single function execution",
    unit: " bytes",
    advice: OVER_LIMIT_HELP,
  },
  documentsWritten: { what: "Many writes in a single function execution" },
  bytesWritten: { what: "Many bytes written in a single function execution", unit: " bytes" },
  functionsScheduled: { what: "Many functions scheduled by this mutation" },
  scheduledFunctionArgsBytes: {
    what: "Large total size of the arguments of scheduled functions from this mutation",
    unit: " bytes",
  },
};

/**
 * The warnings that production logs at a query's or mutation's end, in its order
 * (`add_warnings_to_log_lines` in crates/isolate/src/environment/udf/mod.rs).
 */
export function functionWarnings(extent: FunctionExtent): string[] {
  const { argsSize, resultSize, usage, largestWrites, elapsedMs } = extent;
  // Its keys are in production's order, and are those of the record.
  const transaction = (Object.keys(NEAR) as UsageName[]).map((name) => {
    const { what, unit, advice } = NEAR[name];
    return near(what, usage.used[name], TRANSACTION_LIMITS[name], unit, advice);
  });
  const { size, nesting } = largestWrites;
  return present([
    near("Large size of the function arguments", argsSize, MAX_VALUE_BYTES, " bytes"),
    ...transaction,
    largeScheduledArgs(usage.largestScheduledArgs),
    size &&
      near(
        `Large document written with ID "${size.id}"`,
        size.value,
        DOCUMENT_LIMITS.size,
        " bytes",
      ),
    nesting &&
      near(
        `Deeply nested document written with ID "${nesting.id}"`,
        nesting.value,
        DOCUMENT_LIMITS.nesting,
        " levels",
      ),
    near("Large size of the function return value", resultSize ?? 0, MAX_VALUE_BYTES, " bytes"),
    longExecution(elapsedMs, FUNCTION_TIMEOUT_MS),
  ]);
}

/** What an action came near to. Sizes are in bytes. */
export interface ActionExtent {
  readonly argsSize: number;
  /** Null for an action that failed. */
  readonly resultSize: number | null;
  readonly elapsedMs: number;
  readonly timeoutMs: number;
}

/** The warnings of an action in an isolate; production has none for those in Node. */
export function actionWarnings(extent: ActionExtent): string[] {
  const { argsSize, resultSize, elapsedMs, timeoutMs } = extent;
  return present([
    near("Large size of the action arguments", argsSize, MAX_VALUE_BYTES, " bytes"),
    longExecution(elapsedMs, timeoutMs),
    near("Large size of the action return value", resultSize ?? 0, MAX_VALUE_BYTES, " bytes"),
  ]);
}

/** The warnings of an HTTP action that has sent so many bytes. */
export function httpActionWarnings(extent: {
  readonly bytesSent: number;
  readonly elapsedMs: number;
  readonly timeoutMs: number;
}): string[] {
  const { bytesSent, elapsedMs, timeoutMs } = extent;
  return present([
    near("Large response returned from an HTTP action", bytesSent, MAX_BODY_BYTES, " bytes"),
    longExecution(elapsedMs, timeoutMs),
  ]);
}

/** Of what passed its limit nothing is said here: that failed. */
function near(
  what: string,
  actual: number,
  limit: number,
  unit = "",
  advice?: string,
): string | null {
  if (actual <= Math.floor(WARNING_RATIO * limit) || actual > limit) return null;
  return warning(what, actual, limit, unit, advice);
}

function warning(what: string, actual: number, limit: number, unit: string, advice?: string) {
  const said = `${what} (actual: ${String(actual)}${unit}, limit: ${String(limit)}${unit}).`;
  return advice === undefined ? said : `${said} ${advice}`;
}

/** Production does not enforce this limit yet. */
function largeScheduledArgs(size: number): string | null {
  const limit = MAX_SCHEDULED_ARGS_BYTES;
  if (size <= Math.floor(WARNING_RATIO * limit)) return null;
  const later = size > limit ? ". This will become a hard error in the future" : "";
  const what = `Large arguments for a single scheduled function from this mutation${later}`;
  return warning(what, size, limit, " bytes");
}

function longExecution(elapsedMs: number, limitMs: number): string | null {
  if (elapsedMs <= WARNING_RATIO * limitMs || elapsedMs > limitMs) return null;
  const [maximum, actual] = [duration(limitMs), duration(elapsedMs)];
  return `Function execution took a long time. (maximum duration: ${maximum}, actual duration: ${actual}).`;
}

/** Milliseconds as Rust shows a duration: "850.25ms", "1.5s". */
function duration(ms: number): string {
  const [value, unit] = ms < 1_000 ? [ms, "ms"] : [ms / 1_000, "s"];
  return `${String(Number(value.toFixed(6)))}${unit}`;
}

function present(warnings: readonly (string | null | undefined)[]): string[] {
  return warnings.filter((text) => text != null);
}
