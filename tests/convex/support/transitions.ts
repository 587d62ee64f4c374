/** The drawing of a project's life (design, section 6), written down apart from the product code. */
import type { ProjectEvent } from "../../../convex/projects/lifecycle.ts";
import type { ProjectStatus } from "../../../convex/projects/tables.ts";

/** Every arrow: from where, by what, to where. */
export const LIFECYCLE_TRANSITIONS: readonly [ProjectStatus, ProjectEvent, ProjectStatus][] = [
  ["creating", "sandboxStarted", "generating"],
  ["creating", "failed", "failed"],
  ["generating", "turnEnded", "ready"],
  ["generating", "failed", "failed"],
  ["ready", "turnStarted", "generating"],
  ["ready", "stopped", "stopped"],
  ["ready", "failed", "failed"],
  ["stopped", "started", "ready"],
  ["stopped", "archived", "archived"],
  ["stopped", "failed", "failed"],
  ["archived", "woken", "ready"],
  ["archived", "failed", "failed"],
  ["failed", "retried", "creating"],
];

/** Two arrows that one transaction may take at once, and through where. */
export const PATHS: readonly [ProjectStatus, ProjectStatus, ProjectStatus][] = [
  ["creating", "generating", "ready"], // there is no agent, or nothing left for it to do
  ["ready", "stopped", "archived"], // the news that it was stopped never came
  ["archived", "ready", "stopped"], // woken and stopped again, in Daytona's dashboard
];
