/** What to do next about a snapshot, by its state. */
export type SnapshotStep =
  /** There is none: make it. */
  | "create"
  /** It could not be made earlier: remove it, and make it again. */
  | "remove"
  /** It was not used for weeks, and Daytona has put it away. */
  | "activate"
  /** It is being made or removed, by this call or another. */
  | "wait"
  /** It can be used. */
  | "done"
  /** It could not be made now. */
  | "failed"
  /** Somebody removed it while it was made. */
  | "removed";

/**
 * Decides what to do next.
 *
 * @param state - Daytona's; undefined when there is no snapshot by this name.
 * @param hasBegun - Whether this call has made or activated it, or has seen it being made.
 */
export function nextStep(state: string | undefined, hasBegun: boolean): SnapshotStep {
  switch (state) {
    case undefined:
      return hasBegun ? "removed" : "create";
    case "removing":
      return hasBegun ? "removed" : "wait";
    case "active":
      return "done";
    case "error":
    case "build_failed":
      return hasBegun ? "failed" : "remove";
    case "inactive":
      return "activate";
    default: // building, pending, pulling, and what Daytona may add
      return "wait";
  }
}

/** Whether a snapshot in this state is being made. */
export function isBeingMade(state: string | undefined): boolean {
  return state === "pending" || state === "building" || state === "pulling";
}
