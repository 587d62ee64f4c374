/** What a call to Daytona comes to, between the Node module that makes it and the rest. */
import { v, type Infer } from "convex/values";
import { failure } from "./tables";

/** Why there is no sandbox: the part of `failure` that the call itself knows. */
export const sandboxFailure = failure.pick("reason", "retryable");
/** See `sandboxFailure`. */
export type SandboxFailure = Infer<typeof sandboxFailure>;

/** A result rather than an error: errors are redacted on their way, and words for the owner not. */
export const provisionOutcome = v.union(
  v.object({ ok: v.literal(true), sandboxId: v.string() }),
  sandboxFailure.extend({ ok: v.literal(false) }),
);
/** See `provisionOutcome`. */
export type ProvisionOutcome = Infer<typeof provisionOutcome>;

/** What `create` answers. */
export const provisioned = v.object({ projectId: v.id("projects"), sandboxId: v.string() });
/** See `provisioned`. */
export type Provisioned = Infer<typeof provisioned>;
