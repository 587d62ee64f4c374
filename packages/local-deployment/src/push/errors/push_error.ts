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

  /** The same refusal in other words. */
  reworded(reword: (message: string) => string): PushError {
    return new PushError(this.code, reword(this.message), this.status);
  }
}

/** Runs something whose refusals are told in other words. @throws PushError */
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
