/** What reconciling does about what it finds, as pure decisions. Times are in ms since the epoch. */
import { isBeingDeleted } from "@quaver/sandbox/states";
import type { Doc } from "../../_generated/dataModel";
import type { ProjectEvent } from "../lifecycle";
import type { Observation, SandboxFailure } from "../sandbox/results";
import type { ProjectStatus } from "../tables";

/** How often the sweep runs: nothing that it repairs stays wrong for longer. */
export const SWEEP_INTERVAL = { minutes: 5 };

// A removal has a job of its own, and a creation may take its whole time before the row has the
// sandbox's id: both are over by then.
const ORPHAN_GRACE_MS = 10 * 60_000;
// What is interrupted again and again is given up: its owner can still retry it.
const CREATING_GIVEN_UP_MS = 30 * 60_000;
const TURN_GIVEN_UP_MS = 15 * 60_000; // past its deadline, at which the polls end it

/** What to do about a project that works: leave it to the holder of its lease, resume it where it was left, or give it up. */
export type Decision = "leave" | "resume" | "give up";

/** What to do about a project that is `creating`. */
export function decideOnCreating(
  { statusChangedAt }: Pick<Doc<"projects">, "statusChangedAt">,
  { leased, now }: { leased: boolean; now: number },
): Decision {
  if (leased) return "leave";
  return now - statusChangedAt >= CREATING_GIVEN_UP_MS ? "give up" : "resume";
}

/** What to do about a running turn. */
export function decideOnTurn(
  { deadline }: Pick<Doc<"turnRuns">, "deadline">,
  { leased, now }: { leased: boolean; now: number },
): Decision {
  if (leased) return "leave";
  return now - deadline >= TURN_GIVEN_UP_MS ? "give up" : "resume";
}

/** A sandbox of the list, with what is known of the project that its label names. */
export interface ListedSandbox {
  id: string;
  state: Observation["state"];
  labels: { app: string; deployment: string; projectId?: string };
  createdAt: number | null;
}

/**
 * What to do about a sandbox: nothing, unless it carries this deployment's labels and is old
 * enough, and its project is gone, or has another sandbox, or has none and is under no lease (`leased`). With `force` every
 * sandbox is old enough.
 */
export function decideOnOrphan(
  sandbox: ListedSandbox,
  project: Doc<"projects"> | null,
  circumstances: { deployment: string; now: number; leased: boolean; force?: boolean | undefined },
): "keep" | "delete" {
  const { deployment, now, leased, force } = circumstances;
  const { app, deployment: owner, projectId } = sandbox.labels;
  if (app !== "quaver" || owner !== deployment || projectId === undefined) return "keep";
  if (isGone(sandbox.state)) return "keep";
  const age = sandbox.createdAt === null ? Infinity : now - sandbox.createdAt;
  if (!force && age < ORPHAN_GRACE_MS) return "keep";
  if (project === null) return "delete";
  if (project.sandboxId === sandbox.id || leased) return "keep";
  return project.status === "creating" ? "keep" : "delete"; // creating: about to take it
}

/** What Daytona did to a sandbox by itself, or someone in its dashboard. */
export type Drift = { events: readonly ProjectEvent[] } | { failure: SandboxFailure } | null;

type AtRest = "ready" | "stopped" | "archived";

/** Is nothing under way for a project in this status, so that its sandbox's state should fit it? */
export function isAtRest(status: ProjectStatus): status is AtRest {
  return status === "ready" || status === "stopped" || status === "archived";
}

/** The events that lead from what the row says to what the sandbox is. */
const EVENTS_BETWEEN: Record<AtRest, Record<AtRest, readonly ProjectEvent[]>> = {
  ready: { ready: [], stopped: ["stopped"], archived: ["stopped", "archived"] },
  stopped: { ready: ["started"], stopped: [], archived: ["archived"] },
  archived: { ready: ["woken"], stopped: ["woken", "stopped"], archived: [] },
};

/** The status that fits a sandbox in this state; null while the state is changing, or in an error. */
const STATUS_OF: Record<Observation["state"], AtRest | null> = {
  creating: null,
  starting: null,
  started: "ready",
  stopping: null,
  stopped: "stopped",
  archiving: "archived",
  archived: "archived",
  destroying: null,
  destroyed: null,
  error: null,
  unknown: null,
  missing: null,
};

function isGone(state: Observation["state"]): boolean {
  return state === "missing" || isBeingDeleted(state);
}

const GONE: SandboxFailure = {
  reason: "The sandbox no longer exists. Try again to create a new one.",
  retryable: true,
  sandbox: "gone",
};

const BROKEN: SandboxFailure = {
  reason: "The sandbox has failed. Try again to recover or replace it.",
  retryable: true,
  sandbox: "broken",
};

/** How the sandbox of a project at rest differs from what the row says; null when it doesn't. */
export function driftOf(status: ProjectStatus, state: Observation["state"]): Drift {
  if (!isAtRest(status)) return null;
  if (isGone(state)) return { failure: GONE };
  if (state === "error") return { failure: BROKEN };
  const actual = STATUS_OF[state];
  if (actual === null || actual === status) return null;
  return { events: EVENTS_BETWEEN[status][actual] };
}
