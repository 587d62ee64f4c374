/**
 * The life of a project, as data. Every write of `status` goes through `transition`.
 *
 *     creating → generating → ready ⇄ stopped → archived
 *                               ↓
 *                            failed
 *
 * Beyond the arrows drawn: whatever has or is getting a sandbox can lose it (`failed`); a further
 * turn takes `ready` back to `generating`; a retry takes `failed` back to `creating`; waking takes
 * `archived` to `ready`.
 */
import { quaverError } from "../lib/errors";
import type { ProjectStatus } from "./tables";

interface Arrow {
  from: readonly ProjectStatus[];
  to: ProjectStatus;
}

/** What can happen to a project, and which arrows that takes. */
export const EVENTS = {
  sandboxStarted: { from: ["creating"], to: "generating" }, // the first sandbox is attached
  turnEnded: { from: ["generating"], to: "ready" }, // the agent is done, or there is none
  turnStarted: { from: ["ready"], to: "generating" }, // a further prompt
  stopped: { from: ["ready"], to: "stopped" }, // by its owner, or idle
  started: { from: ["stopped"], to: "ready" },
  archived: { from: ["stopped"], to: "archived" }, // by its owner, or stopped for long
  woken: { from: ["archived"], to: "ready" },
  failed: { from: ["creating", "generating", "ready", "stopped", "archived"], to: "failed" },
  retried: { from: ["failed"], to: "creating" },
} as const satisfies Record<string, Arrow>;

/** The name of an event. */
export type ProjectEvent = keyof typeof EVENTS;

/**
 * The status that `event` leads to.
 *
 * @throws `INVALID_TRANSITION` when there is no such arrow from `from`
 */
export function transition(from: ProjectStatus, event: ProjectEvent): ProjectStatus {
  const arrow: Arrow = EVENTS[event];
  if (!arrow.from.includes(from)) throw quaverError("INVALID_TRANSITION", { from, to: arrow.to });
  return arrow.to;
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
