/** Which sandbox may be asked about an app. */
import type { Doc } from "../../_generated/dataModel";
import { quaverError } from "../../lib/errors";
import { hasRunningSandbox } from "../../projects/lifecycle";

/** What to do before an app can be looked at, by its project's status. */
const FIRST: Partial<Record<Doc<"projects">["status"], string>> = {
  creating: "The project is still being created. Try again in a moment.",
  stopped: "The project is stopped: start it first.",
  archived: "The project is archived: start it first.",
  failed: "The project has failed: retry it first.",
};

/**
 * The sandbox of a project, which runs.
 *
 * @throws `INVALID_TRANSITION` unless it does, in words that say what to do first
 */
export function runningSandboxOf({ status, sandboxId }: Doc<"projects">): string {
  if (hasRunningSandbox(status) && sandboxId !== undefined) return sandboxId;
  const message = FIRST[status];
  throw quaverError("INVALID_TRANSITION", {
    from: status,
    to: "ready",
    ...(message !== undefined && { message }),
  });
}
