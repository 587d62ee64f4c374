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

  /** The same refusal with its message told in a larger one. */
  wrapped(tell: (message: string) => string): PushError {
    return new PushError(this.code, tell(this.message), this.status);
  }
}

/** Runs something whose refusals are told in a larger message. @throws PushError */
export function tellingRefusals<Result>(
  tell: (message: string) => string,
  work: () => Result,
): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof PushError ? error.wrapped(tell) : error;
  }
}
