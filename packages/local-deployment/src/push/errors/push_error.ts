/** Why a push is refused, in production's words; `status` is that of the HTTP answer. */
export class PushError extends Error {
  override readonly name = "PushError";

  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }

  /** The same error with another message. */
  reworded(reword: (message: string) => string): PushError {
    return new PushError(this.code, reword(this.message), this.status);
  }
}

/** Runs something, and rewords the error when it is refused. @throws PushError */
export function rewordErrors<Result>(
  reword: (message: string) => string,
  work: () => Result,
): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof PushError ? error.reworded(reword) : error;
  }
}
