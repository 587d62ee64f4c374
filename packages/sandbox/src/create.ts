import type { OperationContext } from "./daytona-api.ts";
import type { SandboxErrorCode } from "./errors.ts";
import { isSandboxError, SandboxError } from "./errors.ts";
import type { CreateSandboxInput } from "./input-schemas.ts";
import { findSandbox, reconcileState } from "./reconcile-state.ts";
import type { Sandbox } from "./response-schemas.ts";
import { isBeingDeleted } from "./states.ts";

/** Errors after which the sandbox may exist all the same. */
const MAY_HAVE_CREATED: readonly SandboxErrorCode[] = [
  "CONFLICT",
  "TIMEOUT",
  "UNAVAILABLE",
  "NOT_FOUND", // of the SDK, when the answer named another id than the sandbox's
  "UNEXPECTED_RESPONSE",
  "SANDBOX_FAILED",
];
const MAX_ATTEMPTS = 5;

/**
 * Creates a sandbox and waits until it has started.
 *
 * The name makes this safe to repeat: Daytona refuses a second sandbox of the same name. After every
 * error that may have come too late, the sandbox of that name is looked up, and adopted if there is one.
 */
export async function createSandbox(
  ctx: OperationContext,
  input: CreateSandboxInput,
): Promise<Sandbox> {
  const { api, deadline, requestTimeoutMs } = ctx;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await api.create(input, deadline.requestTimeout(requestTimeoutMs));
    } catch (error) {
      if (!isSandboxError(error)) throw error;
      const mayExist = MAY_HAVE_CREATED.includes(error.code);
      if (!mayExist && error.code !== "RATE_LIMITED") throw error;
      const found = mayExist ? await findSandbox(ctx, input.name) : null;
      if (found && !isBeingDeleted(found.state)) return await adopt(ctx, input, found);
      if (!error.retryable || attempts >= MAX_ATTEMPTS) throw error;
      await deadline.backOff(attempts, error);
    }
  }
}

async function adopt(
  ctx: OperationContext,
  input: CreateSandboxInput,
  found: Sandbox,
): Promise<Sandbox> {
  const { id } = found;
  if (!Object.entries(input.labels).every(([key, value]) => found.labels[key] === value)) {
    const message = `the name ${input.name} belongs to a sandbox with other labels`;
    throw new SandboxError("CONFLICT", message, { sandboxId: id, retryable: false });
  }
  const recovers = found.state === "error" && found.recoverable;
  try {
    const sandbox = await reconcileState(ctx, id, recovers ? "recover" : "start");
    if (sandbox) return sandbox;
  } catch (error) {
    if (!recovers || !isSandboxError(error) || error.code !== "INVALID") throw error;
    throw new SandboxError("SANDBOX_FAILED", error.message, { sandboxId: id });
  }
  throw new SandboxError("NOT_FOUND", "the sandbox was deleted meanwhile");
}
