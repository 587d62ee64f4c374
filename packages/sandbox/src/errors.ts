/**
 * Why a sandbox operation failed.
 *
 * - `NOT_FOUND`: there is no such sandbox.
 * - `CONFLICT`: a change is under way that doesn't end in time, or the name belongs to another.
 * - `UNAUTHORIZED`: the API key is missing or wrong. `FORBIDDEN`: it may not do this. `SUSPENDED`:
 *   nor may anyone in its organisation, at present.
 * - `QUOTA_EXCEEDED`: the organisation's sandboxes have all that they may: later, or when some are
 *   archived or deleted.
 * - `SNAPSHOT_UNAVAILABLE`: the snapshot is not there, not active, not in the region, or too large.
 * - `INVALID`: the arguments, or the sandbox's state, don't allow it.
 * - `RATE_LIMITED`: too many requests; `retryAfterMs` says when to come back, if Daytona did.
 * - `TIMEOUT`: no answer, or no end of a change, in time. It may have taken effect.
 * - `UNAVAILABLE`: Daytona failed or could not be reached. It may have taken effect.
 * - `SANDBOX_FAILED`: the sandbox itself is in an error state.
 * - `UNEXPECTED_RESPONSE`: an answer that isn't what Daytona answers.
 */
export type SandboxErrorCode =
  | "NOT_FOUND"
  | "CONFLICT"
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "SUSPENDED"
  | "QUOTA_EXCEEDED"
  | "SNAPSHOT_UNAVAILABLE"
  | "INVALID"
  | "RATE_LIMITED"
  | "TIMEOUT"
  | "UNAVAILABLE"
  | "SANDBOX_FAILED"
  | "UNEXPECTED_RESPONSE";

/** What may be known of a failure, besides its code. */
export interface SandboxErrorDetails {
  /** How long Daytona asks to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The sandbox it is about: after a failed create, the one that is there nevertheless. */
  sandboxId?: string | undefined;
  /** Whether the same call may succeed later; by the code, unless given. */
  retryable?: boolean | undefined;
}

const RETRYABLE: Record<SandboxErrorCode, boolean> = {
  NOT_FOUND: false,
  CONFLICT: true,
  UNAUTHORIZED: false,
  FORBIDDEN: false,
  SUSPENDED: false,
  QUOTA_EXCEEDED: true,
  SNAPSHOT_UNAVAILABLE: false,
  INVALID: false,
  RATE_LIMITED: true,
  TIMEOUT: true,
  UNAVAILABLE: true,
  SANDBOX_FAILED: false,
  UNEXPECTED_RESPONSE: true,
};

/** The one error this package throws. It carries plain data alone, never the API key. */
export class SandboxError extends Error {
  readonly code: SandboxErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long Daytona asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly sandboxId?: string;

  constructor(code: SandboxErrorCode, message: string, details: SandboxErrorDetails = {}) {
    super(message);
    this.name = "SandboxError";
    this.code = code;
    this.retryable = details.retryable ?? RETRYABLE[code];
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.sandboxId !== undefined) this.sandboxId = details.sandboxId;
  }
}

/** Whether something thrown is a `SandboxError`, whichever copy of this package threw it. */
export function isSandboxError(error: unknown): error is SandboxError {
  return error instanceof Error && error.name === "SandboxError" && "code" in error;
}
