/**
 * Giving a project its sandbox, for `create` and `retry`: a transaction that takes the lease (and the first time inserts
 * the row), the call to Daytona, and a transaction that writes what came of it.
 *
 * The process may die between any two of these. The row then says `creating` under a lease that expires. The sandbox's
 * name is made from the project's id, so that the next holder of the lease (the sweep, `create` again, or `retry`) gets
 * the same sandbox.
 */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Doc, Id } from "../../_generated/dataModel";
import { internalMutation, type ActionCtx, type MutationCtx } from "../../_generated/server";
import { quaverError } from "../../lib/errors";
import { internalUserMutation } from "../../lib/functions";
import { checkRateLimit } from "../../lib/rateLimits";
import { beginTurnAfterCreate } from "../../turns/turn";
import { ownedProject } from "../access";
import { checkLeaseFree, holdsLease, leaseFields, newLease, type Lease } from "../lease";
import { failedColumns, statusAfter } from "../lifecycle";
import { checkNewProject, checkPlanAllowsAnother, checkPlanAllowsRunning } from "../checks";
import { findByClientProjectId, insertProject, patchProject } from "../store";
import { newProject, type NewProject } from "../tables";
import { deploymentLabel } from "./config";
import { enqueueSandboxDeletion } from "./removal";
import { createResult, projectWithSandbox, resultOf, sandboxUnavailable } from "./results";
import type { CreateResult, ProjectWithSandbox } from "./results";

/** Creates a project with its sandbox, or goes on with the one that this `clientProjectId` names. */
export async function createForOwner(
  ctx: ActionCtx,
  project: NewProject,
): Promise<ProjectWithSandbox> {
  const begun = await ctx.runMutation(internal.projects.sandbox.create.beginCreate, project);
  return "sandboxId" in begun ? begun : await createUnderLease(ctx, begun);
}

/** Gives a project that has failed its sandbox again. */
export async function retryForOwner(
  ctx: ActionCtx,
  project: { projectId: Id<"projects"> },
): Promise<ProjectWithSandbox> {
  const lease = await ctx.runMutation(internal.projects.sandbox.create.beginRetry, project);
  return await createUnderLease(ctx, lease);
}

/**
 * Begins a creation: may this user have another project, and if so, its row. With a
 * `clientProjectId` of a project that they have, it is about that one, and counts towards no limit.
 *
 * @returns the lease; or the project and its sandbox, when there is nothing left to do
 * @throws `INVALID_ARGUMENT`, `RATE_LIMITED`, `PLAN_LIMIT_REACHED`; `OPERATION_IN_PROGRESS` and
 *   `SANDBOX_UNAVAILABLE` of a project that is there, with its id
 */
export const beginCreate = internalUserMutation({
  args: newProject.fields,
  returns: v.union(leaseFields, projectWithSandbox),
  handler: async (ctx, args) => {
    const userId = ctx.user._id;
    const checked = checkNewProject(args);
    const existing = await findByClientProjectId(ctx, userId, checked.clientProjectId);
    if (existing !== null) return await resumeOrReturn(ctx, existing, Date.now());
    await checkRateLimit(ctx, "createProject", userId);
    await checkPlanAllowsAnother(ctx, ctx.user);
    return await insertCreating(ctx, { ...checked, userId }, Date.now());
  },
});

/** The same project was asked for before. If its creation was cut off, this call goes on with it. */
async function resumeOrReturn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<Lease | ProjectWithSandbox> {
  const { _id: projectId, status, sandboxId, failure } = project;
  if (status === "creating") {
    await checkLeaseFree(ctx, project, now, { projectId });
    const operation = newLease("create", now);
    await patchProject(ctx, projectId, { operation });
    return { projectId, token: operation.token };
  }
  if (sandboxId !== undefined && failure === undefined) return { projectId, sandboxId };
  const { reason: message, retryable = true } = failure ?? {};
  throw quaverError("SANDBOX_UNAVAILABLE", { retryable, projectId, ...(message && { message }) });
}

async function insertCreating(
  ctx: MutationCtx,
  fields: NewProject & { userId: Id<"users"> },
  now: number,
): Promise<Lease> {
  const operation = newLease("create", now);
  const projectId = await insertProject(ctx, {
    ...fields,
    status: "creating",
    statusChangedAt: now,
    operation,
    lastActivityAt: now,
    createdAt: now,
  });
  return { projectId, token: operation.token };
}

/**
 * Begins a further try, after a failure.
 *
 * @throws `NOT_FOUND`, `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION`, `RATE_LIMITED`,
 *   `PLAN_LIMIT_REACHED`
 */
export const beginRetry = internalUserMutation({
  args: { projectId: v.id("projects") },
  returns: leaseFields,
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    const now = Date.now();
    await checkLeaseFree(ctx, project, now);
    const columns = retriedColumns(project, now);
    await checkRateLimit(ctx, "createProject", ctx.user._id);
    await checkPlanAllowsRunning(ctx, ctx.user);
    await patchProject(ctx, project._id, columns);
    return { projectId: project._id, token: columns.operation.token };
  },
});

function retriedColumns(project: Doc<"projects">, now: number) {
  const status = statusAfter(project.status, ["retried"], now);
  const operation = newLease("create", now);
  return { ...status, failure: undefined, operation, lastActivityAt: now };
}

/**
 * Calls Daytona for the sandbox and writes what came of it, for the holder of the lease.
 *
 * @returns the sandbox's id; also when the project was removed meanwhile, which is no error
 * @throws `SANDBOX_UNAVAILABLE`, once the project says why
 */
export async function createUnderLease(ctx: ActionCtx, lease: Lease): Promise<ProjectWithSandbox> {
  const { projectId } = lease;
  const deployment = await deploymentLabel(ctx);
  const result: CreateResult = await resultOf(
    ctx.runAction(internal.projects.sandbox.daytona.createSandbox, { projectId, deployment }),
  );
  await ctx.runMutation(internal.projects.sandbox.create.finishCreate, { ...lease, result });
  if (!result.ok) throw sandboxUnavailable(result, { projectId });
  return { projectId, sandboxId: result.sandboxId };
}

/**
 * Finishes a creation or a retry. Nothing is written of the project when the lease went to another holder, who gets the
 * same sandbox, or when the project is gone: then the sandbox is deleted.
 */
export const finishCreate = internalMutation({
  args: leaseFields.extend({ result: createResult }),
  returns: v.null(),
  handler: async (ctx, { projectId, token, result }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project === null) {
      if (result.ok) await enqueueSandboxDeletion(ctx, projectId, result.sandboxId);
    } else if (await holdsLease(ctx, { projectId, token })) {
      const now = Date.now();
      if (result.ok) await attachSandbox(ctx, project, result.sandboxId, now);
      else await patchProject(ctx, projectId, failedColumns(project, result, now));
    }
    return null;
  },
});

/** The project has its sandbox, and the agent's turn begins. */
async function attachSandbox(
  ctx: MutationCtx,
  project: Doc<"projects">,
  sandboxId: string,
  now: number,
): Promise<void> {
  await patchProject(ctx, project._id, {
    ...statusAfter(project.status, ["sandboxStarted"], now),
    sandboxId,
    sandboxSeenAt: now,
    operation: undefined,
  });
  await beginTurnAfterCreate(ctx, project, sandboxId, now);
}
