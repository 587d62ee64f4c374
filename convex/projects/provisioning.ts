/**
 * The transactions around the call that gives a project its sandbox: one before it, which makes
 * the row and takes the lease, and one after it, which writes what came of it. The process may die
 * between any two of the three steps: the row then says `creating` under a lease that runs out, the
 * sandbox has a name made from the project's id, and whoever takes the lease next meets the same
 * sandbox.
 */
import { v, type Infer } from "convex/values";
import { literals } from "convex-helpers/validators";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { callerMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { holdsLease, newLease } from "./lease";
import { statusAfter } from "./lifecycle";
import { checkName, checkPlanAllowsAnother, checkPrompt } from "./limits";
import { sandboxFailure, type SandboxFailure } from "./outcomes";
import { enqueueSandboxRemoval } from "./removal";
import { projectFields } from "./tables";

// @quaver/sandbox gives up after 90 s; the rest is for starting Node, and for a slow commit.
const PROVISION_LEASE_MS = 3 * 60_000;

/** The lease of a project that is being given its sandbox. */
const provisionLease = v.object({ projectId: v.id("projects"), token: v.string() });
/** See `provisionLease`. */
export type ProvisionLease = Infer<typeof provisionLease>;

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
  handler: (ctx, { sandboxId, ...lease }) => attachSandbox(ctx, lease, sandboxId, Date.now()),
});

async function attachSandbox(
  ctx: MutationCtx,
  { projectId, token }: ProvisionLease,
  sandboxId: string,
  now: number,
) {
  const project = await ctx.db.get("projects", projectId);
  if (project === null) {
    await enqueueSandboxRemoval(ctx, { _id: projectId, sandboxId });
    return "removed";
  }
  if (!holdsLease(project, token)) return "superseded";
  const status = statusAfter(project.status, ["sandboxStarted", "turnEnded"], now);
  await ctx.db.patch("projects", projectId, { sandboxId, operation: undefined, ...status });
  return "attached";
}

/** The last step, when there is none. Writes nothing for a project that is gone or has moved on. */
export const fail = internalMutation({
  args: provisionLease.extend(sandboxFailure.fields),
  returns: v.null(),
  handler: async (ctx, { reason, retryable, ...lease }) => {
    await failProject(ctx, lease, { reason, retryable }, Date.now());
    return null;
  },
});

async function failProject(
  ctx: MutationCtx,
  { projectId, token }: ProvisionLease,
  failure: SandboxFailure,
  now: number,
): Promise<void> {
  const project = await ctx.db.get("projects", projectId);
  if (project === null || !holdsLease(project, token)) return;
  await ctx.db.patch("projects", projectId, {
    ...statusAfter(project.status, ["failed"], now),
    failure: { ...failure, at: now },
    operation: undefined,
  });
}
