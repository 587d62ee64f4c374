import type { Budget } from "./budget.ts";
import { withRetries } from "./budget.ts";
import type { Change, Door } from "./door.ts";
import type { SandboxErrorCode } from "./errors.ts";
import { SandboxError } from "./errors.ts";
import { nextStep } from "./goals.ts";
import type { Sandbox } from "./sandbox.ts";

/** What the operations of one client share. */
export interface Means {
  door: Door;
  /** The longest a single request may take. */
  requestTimeoutMs: number;
}

/** Refusals that looking again doesn't change. */
const FINAL: readonly SandboxErrorCode[] = [
  "UNAUTHORIZED",
  "FORBIDDEN",
  "SUSPENDED",
  "QUOTA_EXCEEDED",
];
const MOST_RECOVERIES = 2; // of a sandbox that is in an error again and again
const MOST_ATTEMPTS = 5;
const ATTEMPTS_IF_REFUSED = 2; // the state may have changed between the look and the request

/** The sandbox, or null if there is none; retried, being a read. */
export async function lookUp(
  { door }: Means,
  budget: Budget,
  idOrName: string,
): Promise<Sandbox | null> {
  try {
    return await withRetries(budget, () => door.look(idOrName), door.toFailure);
  } catch (error) {
    const failure = door.toFailure(error);
    if (failure.code === "NOT_FOUND") return null;
    throw failure;
  }
}

/**
 * Brings a sandbox where it is wanted: looks at its state, asks for the change or waits, and looks
 * again. A request whose answer was lost is found out about by looking, so none is made blindly.
 *
 * @returns the sandbox as last seen; null when it is gone, or going, and that was wanted.
 */
export async function converge(
  means: Means,
  budget: Budget,
  id: string,
  change: Change,
): Promise<Sandbox | null> {
  let attempts = 0;
  let leftWhenAccepted = Infinity;
  for (let looks = 0; ; looks += 1) {
    const sandbox = await lookUp(means, budget, id);
    if (!sandbox) return goneBy(change, id);
    const step = nextStep(change, sandbox);
    if (step.kind === "done") return sandbox;
    if (step.kind === "fail") {
      throw new SandboxError(step.code, step.message, { sandboxId: sandbox.id });
    }
    // An accepted request may take a moment to show in the state.
    const accepted = leftWhenAccepted - budget.left() < means.requestTimeoutMs;
    if (step.kind === "wait" || accepted) {
      await budget.pause(looks, sandbox.id);
      continue;
    }
    attempts += 1;
    if (change === "recover" && attempts > MOST_RECOVERIES && leftWhenAccepted < Infinity) {
      const message = `the sandbox is in an error again: ${sandbox.errorReason ?? "no reason given"}`;
      throw new SandboxError("SANDBOX_FAILED", message, { sandboxId: sandbox.id });
    }
    const failure = await ask(means, budget, sandbox.id, change);
    if (failure) {
      await afterFailure(budget, attempts, failure);
      continue;
    }
    if (change === "delete") return null;
    if (change === "archive") return { ...sandbox, state: "archiving" };
    leftWhenAccepted = budget.left();
  }
}

function goneBy(change: Change, sandboxId: string): null {
  if (change === "delete") return null;
  throw new SandboxError("NOT_FOUND", "there is no such sandbox", { sandboxId });
}

/** Asks for the change; returns what went wrong, if anything did. */
async function ask(
  { door, requestTimeoutMs }: Means,
  budget: Budget,
  id: string,
  change: Change,
): Promise<SandboxError | undefined> {
  try {
    await door.change(id, change, budget.share(requestTimeoutMs));
    return undefined;
  } catch (error) {
    return door.toFailure(error);
  }
}

async function afterFailure(
  budget: Budget,
  attempts: number,
  failure: SandboxError,
): Promise<void> {
  const most = failure.retryable ? MOST_ATTEMPTS : ATTEMPTS_IF_REFUSED;
  if (FINAL.includes(failure.code) || attempts >= most) throw failure;
  await budget.backOff(attempts, failure);
}
