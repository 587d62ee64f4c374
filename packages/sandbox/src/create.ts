import type { Budget } from "./budget.ts";
import type { Means } from "./converge.ts";
import { converge, lookUp } from "./converge.ts";
import type { CreateInput } from "./door.ts";
import type { SandboxErrorCode } from "./errors.ts";
import { SandboxError } from "./errors.ts";
import type { Sandbox } from "./sandbox.ts";

/** Failures after which the sandbox may be there all the same. */
const AMBIGUOUS: readonly SandboxErrorCode[] = [
  "CONFLICT",
  "TIMEOUT",
  "UNAVAILABLE",
  "NOT_FOUND", // what the SDK says having been given another id than the sandbox's
  "UNEXPECTED_RESPONSE",
  "SANDBOX_FAILED",
];
const MOST_ATTEMPTS = 5;

/**
 * Makes a sandbox and waits until it has started.
 *
 * The name makes it safe to ask again: Daytona refuses a second sandbox of the same name, and after
 * every failure that may have taken effect the one by that name is looked for and adopted.
 */
export async function createSandbox(
  means: Means,
  budget: Budget,
  input: CreateInput,
): Promise<Sandbox> {
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await tryCreate(means, budget, input);
    if (!(outcome instanceof SandboxError)) return outcome;
    const failure = outcome;
    const ambiguous = AMBIGUOUS.includes(failure.code);
    if (!ambiguous && failure.code !== "RATE_LIMITED") throw failure;
    const found = ambiguous ? await lookUp(means, budget, input.name) : null;
    if (found && !isGoing(found)) return await adopt(means, budget, input, found);
    if (!failure.retryable || attempts >= MOST_ATTEMPTS) throw failure;
    await budget.backOff(attempts, failure);
  }
}

async function tryCreate(
  { door, requestTimeoutMs }: Means,
  budget: Budget,
  input: CreateInput,
): Promise<Sandbox | SandboxError> {
  try {
    return await door.create(input, budget.share(requestTimeoutMs));
  } catch (error) {
    return door.toFailure(error);
  }
}

/** Whether the name is about to be free again. */
function isGoing({ state }: Sandbox): boolean {
  return state === "destroying" || state === "destroyed";
}

async function adopt(
  means: Means,
  budget: Budget,
  input: CreateInput,
  found: Sandbox,
): Promise<Sandbox> {
  const ours = Object.entries(input.labels).every(([key, value]) => found.labels[key] === value);
  if (!ours) {
    const message = `the name ${input.name} belongs to a sandbox with other labels`;
    throw new SandboxError("CONFLICT", message, { sandboxId: found.id, retryable: false });
  }
  const change = found.state === "error" && found.recoverable ? "recover" : "start";
  const sandbox = await converge(means, budget, found.id, change).catch((error: unknown) => {
    const failure = means.door.toFailure(error, found.id);
    if (change !== "recover" || failure.code !== "INVALID") throw failure;
    throw new SandboxError("SANDBOX_FAILED", failure.message, { sandboxId: found.id });
  });
  if (sandbox) return sandbox;
  throw new SandboxError("NOT_FOUND", "the sandbox was deleted meanwhile");
}
