import type { OperationContext } from "./daytona-api.ts";
import type { Deadline } from "./deadline.ts";
import { withRetries } from "./deadline.ts";
import type { SandboxErrorCode } from "./errors.ts";
import { isSandboxError, SandboxError } from "./errors.ts";
import type { Sandbox } from "./response-schemas.ts";
import type { Transition } from "./transitions.ts";
import { nextStep } from "./transitions.ts";

/** Errors that a second request can't change. */
const FINAL: readonly SandboxErrorCode[] = [
  "UNAUTHORIZED",
  "FORBIDDEN",
  "SUSPENDED",
  "QUOTA_EXCEEDED",
];
const MAX_RECOVERIES = 2; // of a sandbox that is in an error again and again
const MAX_ATTEMPTS = 5;
const MAX_ATTEMPTS_IF_REFUSED = 2; // the state may have changed between the poll and the request

/** The sandbox, or null if there is none; retried, being a read. */
export async function findSandbox(
  { api, deadline }: OperationContext,
  idOrName: string,
): Promise<Sandbox | null> {
  try {
    return await withRetries(deadline, () => api.get(idOrName));
  } catch (error) {
    if (isSandboxError(error) && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

/**
 * Brings a sandbox into the state that a transition leads to: polls its state, requests the transition
 * or waits, and polls again. Nothing is requested without a poll before it, so a request whose answer
 * was lost is not repeated if it took effect.
 *
 * @returns the sandbox, as it was at the last poll; null when it is deleted.
 */
export async function reconcileState(
  ctx: OperationContext,
  id: string,
  transition: Transition,
): Promise<Sandbox | null> {
  const { deadline, requestTimeoutMs } = ctx;
  let attempts = 0;
  let remainingWhenAccepted = Infinity;
  for (let polls = 0; ; polls += 1) {
    const sandbox = await findSandbox(ctx, id);
    if (!sandbox) {
      if (transition === "delete") return null;
      throw new SandboxError("NOT_FOUND", "there is no such sandbox", { sandboxId: id });
    }
    const step = nextStep(transition, sandbox);
    if (step.kind === "done") return sandbox;
    if (step.kind === "fail") {
      throw new SandboxError(step.code, step.message, { sandboxId: sandbox.id });
    }
    // It may take a moment until the state shows a request that was accepted.
    const justAccepted = remainingWhenAccepted - deadline.remainingMs() < requestTimeoutMs;
    if (step.kind === "wait" || justAccepted) {
      await deadline.waitForPoll(polls, sandbox.id);
      continue;
    }
    attempts += 1;
    if (transition === "recover" && attempts > MAX_RECOVERIES && remainingWhenAccepted < Infinity) {
      const message = `the sandbox is in an error again: ${sandbox.errorReason ?? "no reason given"}`;
      throw new SandboxError("SANDBOX_FAILED", message, { sandboxId: sandbox.id });
    }
    const error = await requestTransition(ctx, sandbox.id, transition);
    if (error) {
      await waitForRetry(deadline, attempts, error);
      continue;
    }
    if (transition === "delete") return null;
    if (transition === "archive") return sandbox;
    remainingWhenAccepted = deadline.remainingMs();
  }
}

/** Returns the error if the request failed. */
async function requestTransition(
  { api, deadline, requestTimeoutMs }: OperationContext,
  id: string,
  transition: Transition,
): Promise<SandboxError | undefined> {
  try {
    await api.requestTransition(id, transition, deadline.requestTimeout(requestTimeoutMs));
    return undefined;
  } catch (error) {
    if (isSandboxError(error)) return error;
    throw error;
  }
}

async function waitForRetry(
  deadline: Deadline,
  attempts: number,
  error: SandboxError,
): Promise<void> {
  const max = error.retryable ? MAX_ATTEMPTS : MAX_ATTEMPTS_IF_REFUSED;
  if (FINAL.includes(error.code) || attempts >= max) throw error;
  await deadline.backOff(attempts, error);
}
