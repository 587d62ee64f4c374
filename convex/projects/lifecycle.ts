/**
 * The lifecycle of a project, as data. Every write of `status` goes through `transition`.
 *
 *     creating → generating → ready ⇄ stopped → archived
 *                               ↓
 *                            failed
 *
 * Beyond the transitions drawn: in every state the sandbox can be lost (`failed`); a further
 * turn takes `ready` back to `generating`; a retry takes `failed` back to `creating`; waking takes
 * `archived` to `ready`.
 */
import type { Doc } from "../_generated/dataModel";
import { quaverError } from "../lib/errors";
import type { SandboxFailure } from "./sandbox/results";
import type { ProjectPatch } from "./store";
import type { ProjectStatus } from "./tables";

interface Transition {
  from: readonly ProjectStatus[];
  to: ProjectStatus;
}

/** What can happen to a project, and the transition that it causes. */
export const EVENTS = {
  sandboxStarted: { from: ["creating"], to: "generating" }, // the first sandbox is attached
  turnEnded: { from: ["generating"], to: "ready" }, // however the turn ended, or there is no agent
  turnStarted: { from: ["ready"], to: "generating" }, // a further prompt
  stopped: { from: ["ready"], to: "stopped" }, // by its owner, or idle
  started: { from: ["stopped"], to: "ready" },
  archived: { from: ["stopped"], to: "archived" }, // by its owner, or stopped for long
  woken: { from: ["archived"], to: "ready" },
  failed: { from: ["creating", "generating", "ready", "stopped", "archived"], to: "failed" },
  retried: { from: ["failed"], to: "creating" },
} as const satisfies Record<string, Transition>;

/** The name of an event. */
export type ProjectEvent = keyof typeof EVENTS;

/**
 * The status that `event` leads to.
 *
 * @throws `INVALID_TRANSITION` when there is no such transition from `from`
 */
export function transition(from: ProjectStatus, event: ProjectEvent): ProjectStatus {
  const { from: allowed, to }: Transition = EVENTS[event];
  if (!allowed.includes(from)) throw quaverError("INVALID_TRANSITION", { from, to });
  return to;
}

/**
 * The columns to write when these events happen, one after the other, at `now` (ms).
 *
 * @throws `INVALID_TRANSITION` when one of them can't
 */
export function statusAfter(
  from: ProjectStatus,
  events: readonly ProjectEvent[],
  now: number,
): { status: ProjectStatus; statusChangedAt: number } {
  return { status: events.reduce(transition, from), statusChangedAt: now };
}

/** Does a project in this status have a sandbox that runs? */
export function hasRunningSandbox(status: ProjectStatus): boolean {
  return status === "ready" || status === "generating";
}

/**
 * The columns of a project that fails at `now` (ms), with the reason for its owner. The lease ends. A sandbox
 * that is gone is no longer the project's.
 *
 * @throws `INVALID_TRANSITION` when it has failed already
 */
export function failedColumns(
  project: Doc<"projects">,
  { reason, retryable, sandbox }: SandboxFailure,
  now: number,
): ProjectPatch {
  return {
    ...statusAfter(project.status, ["failed"], now),
    failure: { reason, retryable, at: now },
    operation: undefined,
    ...(sandbox === "gone" && { sandboxId: undefined }),
  };
}
