/** What a call to Daytona comes to, between the Node modules that make it and the rest. */
import { literals } from "convex-helpers/validators";
import { v, type Infer } from "convex/values";
import { failure } from "./tables";

/** Why there is no sandbox: the part of `failure` that the call itself knows. */
export const sandboxFailure = failure.pick("reason", "retryable").extend({
  /** What is known of the sandbox since: that there is none, that it is in an error, or nothing. */
  sandbox: literals("gone", "broken", "unknown"),
});
/** See `sandboxFailure`. */
export type SandboxFailure = Infer<typeof sandboxFailure>;

const failed = sandboxFailure.extend({ ok: v.literal(false) });

/** A result rather than an error: errors are redacted on their way, and words for the owner not. */
export const provisionOutcome = v.union(
  v.object({ ok: v.literal(true), sandboxId: v.string() }),
  failed,
);
/** See `provisionOutcome`. */
export type ProvisionOutcome = Infer<typeof provisionOutcome>;

/** What a change of a sandbox comes to. */
export const changeOutcome = v.union(v.object({ ok: v.literal(true) }), failed);
/** See `changeOutcome`. */
export type ChangeOutcome = Infer<typeof changeOutcome>;

/** What asking for a preview comes to. */
export const previewOutcome = v.union(
  v.object({ ok: v.literal(true), url: v.string(), expiresAt: v.number() }),
  failed,
);
/** See `previewOutcome`. */
export type PreviewOutcome = Infer<typeof previewOutcome>;

/** A sandbox as Daytona describes it by its id; `missing` is Daytona's own "there is none". */
export const sandboxLook = v.object({
  state: literals(
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
    "missing",
  ),
  at: v.number(), // ms since the epoch, just before Daytona was asked
});
/** See `sandboxLook`. */
export type SandboxLook = Infer<typeof sandboxLook>;

/** Where a turn runs: a session in a sandbox. */
export const sessionFields = v.object({ sandboxId: v.string(), session: v.string() });
/** See `sessionFields`. */
export type Session = Infer<typeof sessionFields>;

/** What one look at the agent's turn found. */
export const turnReport = v.union(
  v.object({ kind: v.literal("started"), commandId: v.string() }),
  v.object({
    kind: v.literal("progress"),
    text: v.string(), // lines of output, clean and masked
    taken: v.number(), // how far that goes in the agent's output, in bytes
    more: v.boolean(), // whether there is more to read at once
    exitCode: v.nullable(v.number()), // null while the agent runs
    awake: v.boolean(), // whether the sandbox's idle stop was put off
  }),
  v.object({ kind: v.literal("unanswered") }), // a passing failure: nothing is known
  sandboxFailure.extend({ kind: v.literal("failed") }), // the turn can't go on
);
/** See `turnReport`. */
export type TurnReport = Infer<typeof turnReport>;

/** What `create` and `retry` answer. */
export const provisioned = v.object({ projectId: v.id("projects"), sandboxId: v.string() });
/** See `provisioned`. */
export type Provisioned = Infer<typeof provisioned>;
