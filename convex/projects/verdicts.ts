/** What the sweep does about what it finds, as pure decisions. Times are in ms since the epoch. */
import type { Doc } from "../_generated/dataModel";
import { isLeased } from "./lease";
import type { ProjectEvent } from "./lifecycle";
import type { SandboxFailure, SandboxLook } from "./outcomes";
import type { ProjectStatus } from "./tables";

// A removal's own job comes first, and a create may take its whole time before the row knows the
// sandbox: both are over by then.
const ORPHAN_GRACE_MS = 10 * 60_000;
// What is interrupted again and again is given up: its owner can still have it tried again.
const CREATING_GIVEN_UP_MS = 30 * 60_000;
const TURN_GIVEN_UP_MS = 15 * 60_000; // past its deadline, which the looks themselves see to

/** Whether to wait for what may be under way; without, the sweep acts as if all time had passed. */
export interface Patience {
  impatient?: boolean | undefined;
}

/**
 * What to do about a project that is `creating` or `generating`: leave it to whoever holds its
 * lease; take it up again where it was left; or give it up.
 */
export function verdictOnWorking(
  project: Doc<"projects">,
  now: number,
  { impatient }: Patience = {},
): "leave" | "resume" | "give up" {
  if (isLeased(project, now, impatient)) return "leave";
  if (project.generation !== undefined) {
    return now - project.generation.deadline >= TURN_GIVEN_UP_MS ? "give up" : "resume";
  }
  if (project.status === "generating") return "give up"; // a turn without its bookkeeping
  return now - project.statusChangedAt >= CREATING_GIVEN_UP_MS ? "give up" : "resume";
}

/** A sandbox of the list, with what is known of the project that its label names. */
export interface ListedSandbox {
  id: string;
  state: SandboxLook["state"];
  labels: { app: string; deployment: string; projectId?: string };
  createdAt: number | null;
}

/**
 * What to do about a sandbox: nothing, unless it carries this deployment's labels and is old
 * enough, and its project is gone, or has another sandbox, or none and nobody working on it.
 */
export function verdictOnSandbox(
  sandbox: ListedSandbox,
  project: Doc<"projects"> | null,
  { deployment, now, impatient }: { deployment: string; now: number } & Patience,
): "keep" | "delete" {
  const { app, deployment: owner, projectId } = sandbox.labels;
  if (app !== "quaver" || owner !== deployment || projectId === undefined) return "keep";
  if (["destroying", "destroyed", "missing"].includes(sandbox.state)) return "keep";
  const age = sandbox.createdAt === null ? Infinity : now - sandbox.createdAt;
  if (!impatient && age < ORPHAN_GRACE_MS) return "keep";
  if (project === null) return "delete";
  if (project.sandboxId === sandbox.id || isLeased(project, now, impatient)) return "keep";
  return project.status === "creating" ? "keep" : "delete"; // creating: about to adopt it
}

/** What Daytona has done to a sandbox by itself, or someone in its dashboard. */
export type Drift = { events: readonly ProjectEvent[] } | { failure: SandboxFailure } | null;

type AtRest = "ready" | "stopped" | "archived";

/** Is nothing under way for a project in this status, so that its sandbox may be looked at? */
export function isAtRest(status: ProjectStatus): status is AtRest {
  return status === "ready" || status === "stopped" || status === "archived";
}

/** The way from what the row says to what the sandbox is. */
const WAYS: Record<AtRest, Record<AtRest, readonly ProjectEvent[]>> = {
  ready: { ready: [], stopped: ["stopped"], archived: ["stopped", "archived"] },
  stopped: { ready: ["started"], stopped: [], archived: ["archived"] },
  archived: { ready: ["woken"], stopped: ["woken", "stopped"], archived: [] },
};

/** The status that fits a sandbox in this state; null while it is on its way, or in an error. */
const STATUS_OF: Record<SandboxLook["state"], AtRest | null> = {
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

/** Is a sandbox in this state about to be in another, by itself? */
export function isOnItsWay(state: SandboxLook["state"]): boolean {
  return ["creating", "starting", "stopping", "unknown"].includes(state);
}

const GONE: SandboxFailure = {
  reason: "The sandbox is gone. Trying again makes a new one.",
  retryable: true,
  sandbox: "gone",
};

const BROKEN: SandboxFailure = {
  reason: "The sandbox is in an error. Trying again recovers or replaces it.",
  retryable: true,
  sandbox: "broken",
};

/** What has become of the sandbox of a project at rest; null when nothing has. */
export function driftOf(status: ProjectStatus, state: SandboxLook["state"]): Drift {
  if (!isAtRest(status)) return null;
  if (state === "missing" || state === "destroying" || state === "destroyed") {
    return { failure: GONE };
  }
  if (state === "error") return { failure: BROKEN };
  const actual = STATUS_OF[state];
  if (actual === null || actual === status) return null;
  return { events: WAYS[status][actual] };
}
