/**
 * The states of a sandbox. This module imports nothing, so that code for Convex's own runtime can use
 * it as `@quaver/sandbox/states`, without Daytona's SDK.
 */

/** Daytona's states, reduced to those that callers tell apart. */
export const SANDBOX_STATES = [
  "creating",
  "starting",
  "started",
  "stopping",
  "stopped",
  "archiving",
  "archived",
  "destroying",
  "destroyed",
  "error",
  "unknown",
] as const;

/** One of `SANDBOX_STATES`. */
export type SandboxState = (typeof SANDBOX_STATES)[number];

/** Whether a sandbox in this state is of no more use, and its name can be used again. */
export function isBeingDeleted(state: SandboxState): boolean {
  return state === "destroying" || state === "destroyed";
}

/** The states of `@daytona/api-client` 0.218. */
const STATE_OF: ReadonlyMap<string, SandboxState> = new Map<string, SandboxState>([
  ["creating", "creating"],
  ["pending_build", "creating"],
  ["building_snapshot", "creating"],
  ["pulling_snapshot", "creating"],
  ["restoring", "starting"],
  ["resuming", "starting"],
  ["starting", "starting"],
  ["started", "started"],
  ["stopping", "stopping"],
  ["pausing", "stopping"],
  ["stopped", "stopped"],
  ["paused", "stopped"],
  ["archiving", "archiving"],
  ["archived", "archived"],
  ["destroying", "destroying"],
  ["destroyed", "destroyed"],
  ["error", "error"],
  ["build_failed", "error"],
]);

/**
 * The state that one of Daytona's own states counts as.
 *
 * @returns `unknown` for states that are not listed here, which include those that Daytona adds later
 */
export function toSandboxState(daytonaState: string): SandboxState {
  return STATE_OF.get(daytonaState) ?? "unknown";
}
