import type { CalledFunction } from "../engine/calls/paths.ts";
import type { LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/errors/failure.ts";
import type { ActionOutcome, Refusal } from "./protocol.ts";

/** How an action ended, with what it logged. `code`: the deployment, and not the function, has refused it. */
export interface ActionRun {
  readonly outcome: ActionOutcome | ({ readonly ok: false } & Refusal);
  readonly logs: readonly LogLine[];
}

/** The end of an action that was called. */
export interface ActionEnd extends ActionRun {
  /** What was run; null when the call's target was not found. */
  readonly called: CalledFunction | null;
}

/** A run that failed before or outside the function. */
export function failedRun(failure: Failure, logs: readonly LogLine[] = []): ActionRun {
  return { outcome: { ok: false, failure }, logs };
}
