/** The steps of an operation, from its lease to what it came to, around the call that may fail. */
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import type { ActionCtx } from "../_generated/server";
import { env } from "../lib/env";
import { quaverError } from "../lib/errors";
import { INTERRUPTED } from "./failures";
import type { Lease } from "./lease";
import type { Change } from "./operations";
import type { Provisioned, SandboxFailure } from "./outcomes";

type Failed = { ok: false } & SandboxFailure;

/** What marks this deployment's sandboxes as its own. */
export async function deploymentLabel(ctx: ActionCtx): Promise<string> {
  return env.QUAVER_DEPLOYMENT ?? (await ctx.meta.getDeploymentMetadata()).name;
}

/**
 * Gets the sandbox and attaches it, for the holder of the lease.
 *
 * @returns the sandbox's id; also when the project was removed meanwhile, which is no error
 * @throws `SANDBOX_UNAVAILABLE`, once the project says why
 */
export async function provision(ctx: ActionCtx, lease: Lease): Promise<Provisioned> {
  const { projectId } = lease;
  const deployment = await deploymentLabel(ctx);
  const outcome = await unlessInterrupted(
    ctx.runAction(internal.projects.sandboxes.provision, { projectId, deployment }),
  );
  if (!outcome.ok) {
    const { ok: _, ...failure } = outcome;
    await ctx.runMutation(internal.projects.provisioning.fail, { ...lease, ...failure });
    throw unavailable(outcome, { projectId });
  }
  const { sandboxId } = outcome;
  await ctx.runMutation(internal.projects.provisioning.attach, { ...lease, sandboxId });
  return { projectId, sandboxId };
}

/**
 * Starts, stops or archives a project's sandbox, under its lease.
 *
 * @param request - with `ensure`, a sandbox that runs already is left alone
 * @throws what `operations.begin` throws; `SANDBOX_UNAVAILABLE`, unless the project was removed
 *   meanwhile, or its lease went to someone else
 */
export async function changeSandbox(
  ctx: ActionCtx,
  request: { projectId: Id<"projects">; change: Change; ensure?: boolean },
): Promise<null> {
  const { change } = request;
  const work = await ctx.runMutation(internal.projects.operations.begin, request);
  if (work === null) return null;
  const { sandboxId, ...lease } = work;
  const outcome = await unlessInterrupted(
    ctx.runAction(internal.projects.sandboxes.change, { sandboxId, to: change }),
  );
  const finished = { ...lease, change, outcome };
  const written = await ctx.runMutation(internal.projects.operations.finish, finished);
  if (!outcome.ok && written === "written") throw unavailable(outcome);
  return null;
}

/**
 * Asks for a preview of a project's sandbox.
 *
 * @throws what `previews.begin` throws; `SANDBOX_UNAVAILABLE`
 */
export async function previewSandbox(
  ctx: ActionCtx,
  request: { projectId: Id<"projects">; port?: number },
): Promise<{ url: string; expiresAt: number }> {
  const wanted = await ctx.runMutation(internal.projects.previews.begin, request);
  const outcome = await unlessInterrupted(
    ctx.runAction(internal.projects.sandboxes.preview, wanted),
  );
  if (!outcome.ok) throw unavailable(outcome);
  return { url: outcome.url, expiresAt: outcome.expiresAt };
}

/** The Node runtime itself may give up (out of time or memory, restarted). */
async function unlessInterrupted<Outcome>(call: Promise<Outcome>): Promise<Outcome | Failed> {
  try {
    return await call;
  } catch (error) {
    console.error(`A call to Daytona was cut short. ${String(error)}`);
    return { ok: false, ...INTERRUPTED };
  }
}

function unavailable({ reason, retryable }: Failed, which: { projectId?: Id<"projects"> } = {}) {
  return quaverError("SANDBOX_UNAVAILABLE", { retryable, message: reason, ...which });
}
