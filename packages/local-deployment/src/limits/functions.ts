/**
 * Production's limits on one execution of a function
 * (https://docs.convex.dev/production/state/limits; crates/common/src/knobs.rs, unless another file is named).
 */
import { MIB } from "./units.ts";

/** Arguments and results, in bytes as Convex counts them. */
export const MAX_VALUE_BYTES = 16 * MIB;
/** How deep functions may call functions; the outermost is not counted. */
export const MAX_CALL_DEPTH = 8;
/** User time of a query or mutation, in milliseconds. */
export const FUNCTION_TIMEOUT_MS = 1_000;
/** What a function has for its objects, in bytes (`ISOLATE_MAX_USER_HEAP_SIZE`). */
export const MAX_HEAP_BYTES = 64 * MIB;
/** Longer error messages are cut, in UTF-16 units (production: bytes; crates/common/src/errors.rs). */
export const MAX_ERROR_MESSAGE_LENGTH = 2 ** 20;

/** How much one execution may log. */
export interface LogLimits {
  /** Lines; one more reports that the rest was cut. */
  readonly lines: number;
  /** Characters of all lines; the line that exceeds them is replaced by a notice. */
  readonly characters: number;
  /** Bytes of one line in UTF-8; a longer one is cut. */
  readonly lineBytes: number;
}

/** Log lines kept of one execution. */
export const MAX_LOG_LINES = 256;
/** In isolates (crates/isolate/src/environment, crates/common/src/log_lines.rs): the last line is kept for the overflow. */
export const ISOLATE_LOG_LIMITS: LogLimits = {
  lines: MAX_LOG_LINES - 1,
  characters: Infinity,
  lineBytes: 32_768,
};
/** In Node, where the log is a part of Lambda's answer (npm-packages/node-executor/src/executor.ts). */
export const NODE_LOG_LIMITS: LogLimits = {
  lines: MAX_LOG_LINES,
  characters: 1_048_576,
  lineBytes: Infinity,
};

/** The arguments of a Node action, in bytes (crates/node_executor/src/executor.rs). */
export const MAX_NODE_ARGS_BYTES = 5 * MIB;
/** How much longer than its function a Node process may take, in milliseconds (crates/local_backend/src/lib.rs). */
export const NODE_PROCESS_GRACE_MS = 5_000;
/**
 * The heap of a Node process, in MiB: of the 512 that production gives it, Lambda's Node runtime takes nine tenths
 * (https://docs.convex.dev/functions/runtimes: 512 MB for Node actions).
 */
export const NODE_HEAP_MIB = 460;
/** The oldest Node that functions run in. */
export const OLDEST_NODE_MAJOR = 20;
/** Of more actions at once than this, production's advice is another (`DEFAULT_APPLICATION_MAX_FUNCTION_CONCURRENCY`). */
export const BASIC_CONCURRENCY = 16;
