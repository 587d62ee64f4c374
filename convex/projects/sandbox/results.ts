/** What the calls to Daytona return to the transactions that write what came of them. */
import { SANDBOX_STATES } from "@quaver/sandbox/states";
import { literals } from "convex-helpers/validators";
import { v, type Infer } from "convex/values";
import type { Id } from "../../_generated/dataModel";
import { quaverError } from "../../lib/errors";
import { failure } from "../tables";

/** Why a call to Daytona failed. */
export const sandboxFailure = failure.pick("reason", "retryable").extend({
  // What the failure says of the sandbox: there is none, it is in an error, or its state is not known.
  sandbox: literals("gone", "broken", "unknown"),
});
export type SandboxFailure = Infer<typeof sandboxFailure>;

const failed = sandboxFailure.extend({ ok: v.literal(false) });
type FailedCall = Infer<typeof failed>;

/** What a creation returns. Not an error: production redacts those, and these words are for the owner. */
export const createResult = v.union(
  v.object({ ok: v.literal(true), sandboxId: v.string() }),
  failed,
);
export type CreateResult = Infer<typeof createResult>;

/** What can be asked of a project's sandbox. */
export const sandboxChange = literals("start", "stop", "archive");
export type SandboxChange = Infer<typeof sandboxChange>;

/** What a change of a sandbox's state returns. */
export const changeResult = v.union(v.object({ ok: v.literal(true) }), failed);
export type ChangeResult = Infer<typeof changeResult>;

/** A preview of what a sandbox serves. */
export const preview = v.object({
  url: v.string(),
  expiresAt: v.number(), // ms since the epoch
  isListening: v.boolean(),
});
export type Preview = Infer<typeof preview>;

/** What a request for a preview returns. */
export const previewResult = v.union(v.object({ ok: v.literal(true), preview }), failed);
export type PreviewResult = Infer<typeof previewResult>;

/** A sandbox's state as Daytona tells it; `missing` when Daytona has no such sandbox. */
export const observation = v.object({
  state: literals(...SANDBOX_STATES, "missing"),
  at: v.number(), // ms since the epoch, just before Daytona was asked
});
export type Observation = Infer<typeof observation>;

/** Will a sandbox in this state be in another soon, by itself? */
export function isChangingState(state: Observation["state"]): boolean {
  return CHANGING.includes(state);
}

const CHANGING: readonly Observation["state"][] = ["creating", "starting", "stopping", "unknown"];

/** What the actions `create` and `retry` return. */
export const projectWithSandbox = v.object({ projectId: v.id("projects"), sandboxId: v.string() });
export type ProjectWithSandbox = Infer<typeof projectWithSandbox>;

/** The failure of a call that never returned: Node itself gave up, and the call may have worked. */
export const INTERRUPTED: SandboxFailure = {
  reason: "It was interrupted.",
  retryable: true,
  sandbox: "unknown",
};

/** The result of a call of a Node action, which may itself fail: out of time or memory, restarted. */
export async function resultOf<Result>(call: Promise<Result>): Promise<Result | FailedCall> {
  try {
    return await call;
  } catch (error) {
    console.error(`A call to Daytona was cut short. ${String(error)}`);
    return { ok: false, ...INTERRUPTED };
  }
}

/** The refusal of a call that failed; `which` names the project where its owner doesn't know the id yet. */
export function sandboxUnavailable(
  { reason, retryable }: FailedCall,
  which: { projectId?: Id<"projects"> } = {},
) {
  return quaverError("SANDBOX_UNAVAILABLE", { retryable, message: reason, ...which });
}
