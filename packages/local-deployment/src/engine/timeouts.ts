import { FUNCTION_TIMEOUT_MS } from "../limits.ts";
import type { Failure } from "../runtime/failure.ts";

/** What production says of a query or mutation that takes too long. */
export const TIMED_OUT: Failure = {
  message: `Function execution timed out (maximum duration: ${String(FUNCTION_TIMEOUT_MS / 1000)}s)`,
};
