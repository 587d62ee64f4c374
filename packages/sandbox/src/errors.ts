/** The errors of this package. */

/** Why a sandbox operation failed, and whether the same call may succeed later. */
const RETRYABLE = {
  /** There is no such sandbox. */
  NOT_FOUND: false,
  /** A transition is under way that doesn't end in time, or the name belongs to another sandbox. */
  CONFLICT: true,
  /** The API key is missing or wrong. */
  UNAUTHORIZED: false,
  /** The API key may not do this. */
  FORBIDDEN: false,
  /** The organization is suspended. */
  SUSPENDED: false,
  /** The organization's sandboxes use all that they may, until some are archived or deleted. */
  QUOTA_EXCEEDED: true,
  /** The snapshot does not exist, is not active, is not in the region, or is too large. */
  SNAPSHOT_UNAVAILABLE: false,
  /** The arguments, or the sandbox's state, don't allow it. */
  INVALID: false,
  /** Too many requests; `retryAfterMs` says how long to wait, if Daytona said so. */
  RATE_LIMITED: true,
  /** No answer, or no end of a transition, in time. It may have taken effect. */
  TIMEOUT: true,
  /** Daytona failed or could not be reached. It may have taken effect. */
  UNAVAILABLE: true,
  /** The sandbox itself is in an error state. */
  SANDBOX_FAILED: false,
  /** The sandbox's image lacks a program that this needs: Node or git. */
  TOOL_MISSING: false,
  /** The sandbox's disk is full. */
  DISK_FULL: false,
  /** An answer that Daytona's API does not describe. */
  UNEXPECTED_RESPONSE: true,
};

/** Why a sandbox operation failed: the keys of `RETRYABLE`, which describes each. */
export type SandboxErrorCode = keyof typeof RETRYABLE;

/** What may be known of an error besides its code. */
export interface SandboxErrorDetails {
  /** How long Daytona asks to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The sandbox that it is about: after a failed create, the one that exists all the same. */
  sandboxId?: string | undefined;
  /** Whether the same call may succeed later; by the code, unless given. */
  retryable?: boolean | undefined;
}

/** The one error this package throws. It carries plain data, and never the API key. */
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
