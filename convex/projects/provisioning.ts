/**
 * Giving a project its sandbox, in three steps: a transaction that makes the row and takes the
 * lease, the call to Daytona, a transaction that attaches the result. The process may die between
 * any two of them: the row then says `creating` under a lease that runs out, the sandbox has a
 * name made from the project's id, and whoever takes the lease next meets the same sandbox.
 */
import { v, type Infer } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { env, internalMutation, type ActionCtx, type MutationCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { callerMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { holdsLease, newLease } from "./lease";
import { statusAfter } from "./lifecycle";
import { checkName, checkPlanAllowsAnother, checkPrompt } from "./limits";
import { sandboxFailure, type Provisioned, type ProvisionOutcome } from "./outcomes";
import { enqueueSandboxRemoval } from "./removal";
import { projectFields } from "./tables";

// @quaver/sandbox gives up after 90 s; the rest is for starting Node, and for a slow commit.
const PROVISION_LEASE_MS = 3 * 60_000;

/** The lease of a project that is being given its sandbox. */
const provisionLease = v.object({ projectId: v.id("projects"), token: v.string() });
type ProvisionLease = Infer<typeof provisionLease>;

/**
 * The first step: may this person have another project, and if so, its row.
 *
 * @throws `INVALID_ARGUMENT`, `RATE_LIMITED`, `PLAN_LIMIT_REACHED`
 */
export const begin = callerMutation({
  args: projectFields.pick("name", "prompt").fields,
  returns: provisionLease,
  handler: async (ctx, args) => {
    const fields = { name: checkName(args.name), prompt: checkPrompt(args.prompt) };
    await checkRateLimit(ctx, "createProject", ctx.user._id);
    await checkPlanAllowsAnother(ctx, ctx.user);
    return await insertCreating(ctx, { ...fields, userId: ctx.user._id }, Date.now());
  },
});

async function insertCreating(
  ctx: MutationCtx,
  fields: Pick<Doc<"projects">, "userId" | "name" | "prompt">,
  now: number,
): Promise<ProvisionLease> {
  const operation = newLease("provision", now, PROVISION_LEASE_MS);
  const projectId = await ctx.db.insert("projects", {
    ...fields,
    status: "creating",
    statusChangedAt: now,
    operation,
    createdAt: now,
  });
  return { projectId, token: operation.token };
}

/**
 * The last step, when there is a sandbox. Without an agent to run, the first turn ends at once.
 *
 * @returns `removed` when the project is gone: then the sandbox is on its way out too;
 *   `superseded` when the lease went to someone else, who adopts the same sandbox
 */
export const attach = internalMutation({
  args: provisionLease.extend({ sandboxId: v.string() }),
  returns: literals("attached", "superseded", "removed"),
  handler: async (ctx, { projectId, token, sandboxId }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project === null) {
      await enqueueSandboxRemoval(ctx, { _id: projectId, sandboxId });
      return "removed";
    }
    if (!holdsLease(project, token)) return "superseded";
    const status = statusAfter(project.status, ["sandboxStarted", "turnEnded"], Date.now());
    await ctx.db.patch("projects", projectId, { sandboxId, operation: undefined, ...status });
    return "attached";
  },
});

/** The last step, when there is none. Writes nothing for a project that is gone or has moved on. */
export const fail = internalMutation({
  args: provisionLease.extend(sandboxFailure.fields),
  returns: v.null(),
  handler: async (ctx, { projectId, token, ...failure }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project === null || !holdsLease(project, token)) return null;
    const now = Date.now();
    await ctx.db.patch("projects", projectId, {
      ...statusAfter(project.status, ["failed"], now),
      failure: { ...failure, at: now },
      operation: undefined,
    });
    return null;
  },
});

/**
 * The second and the last step, for the holder of the lease.
 *
 * @returns the sandbox's id; also when the project was removed meanwhile, which is no error
 * @throws `SANDBOX_UNAVAILABLE`, once the project says why
 */
export async function provision(ctx: ActionCtx, lease: ProvisionLease): Promise<Provisioned> {
  const outcome = await requestSandbox(ctx, lease);
  if (!outcome.ok) {
    const { reason, retryable } = outcome;
    await ctx.runMutation(internal.projects.provisioning.fail, { ...lease, reason, retryable });
    throw quaverError("SANDBOX_UNAVAILABLE", { retryable, message: reason });
  }
  const { sandboxId } = outcome;
  await ctx.runMutation(internal.projects.provisioning.attach, { ...lease, sandboxId });
  return { projectId: lease.projectId, sandboxId };
}

async function requestSandbox(
  ctx: ActionCtx,
  { projectId }: ProvisionLease,
): Promise<ProvisionOutcome> {
  try {
    const deployment = env.QUAVER_DEPLOYMENT ?? (await ctx.meta.getDeploymentMetadata()).name;
    return await ctx.runAction(internal.projects.sandboxes.provision, { projectId, deployment });
  } catch (error) {
    // The Node runtime itself gave up (out of time or memory, restarted): the call may have worked.
    console.error(`Provisioning ${projectId} was cut short:`, error);
    return { ok: false, reason: "Making the sandbox was interrupted.", retryable: true };
  }
}
