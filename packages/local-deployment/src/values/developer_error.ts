import { FunctionError } from "../lib/errors.ts";

/**
 * A mistake in a request or in a function's code, with production's message.
 *
 * `code` is production's short code where it has one (`InvalidIndexRange`, `EvalError`, ...) and is
 * what callers should branch on; `message` is what the developer reads.
 */
export class DeveloperError extends FunctionError {
  override readonly name = "DeveloperError";

  /**
   * @param code - Production's short code.
   * @param message - Production's text.
   */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
