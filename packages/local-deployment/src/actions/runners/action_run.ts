import type { ActionOutcome } from "../protocol.ts";
import type { LogLine } from "../../runtime/console.ts";
import type { Failure } from "../../runtime/failure.ts";
import type { Refusal } from "../../server/action_syscalls.ts";

/** How an action ended, with what it logged. `code`: the deployment, and not the function, has turned it away. */
export interface ActionRun {
  readonly outcome: ActionOutcome | ({ readonly ok: false } & Refusal);
  readonly logs: readonly LogLine[];
}

/** Production's text for an action that its machine took down with it. */
export const INTERRUPTED: Failure = { message: "Transient error while executing action" };

/** A run that came to nothing. */
export function failed(failure: Failure, logs: readonly LogLine[] = []): ActionRun {
  return { outcome: { ok: false, failure }, logs };
}
