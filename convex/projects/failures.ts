/** Writing down what went wrong with a project. */
import type { Doc } from "../_generated/dataModel";
import { statusAfter } from "./lifecycle";
import type { SandboxFailure } from "./outcomes";
import type { ProjectPatch } from "./store";

/** An error whose words are lost: the Node runtime itself gave up, and the call may have worked. */
export const INTERRUPTED: SandboxFailure = {
  reason: "It was interrupted.",
  retryable: true,
  sandbox: "unknown",
};

/**
 * The columns of a project that fails at `now` (ms), for its owner to read why. The lease and the
 * turn end; a sandbox that is gone is no longer the project's.
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
    generation: undefined,
    ...(sandbox === "gone" && { sandboxId: undefined }),
  };
}
