/**
 * The transactions around the call that gives a project its sandbox: one before it, which takes the
 * lease (and, the first time, makes the row), and one after it, which writes what came of it. The
 * process may die between any two of the three steps: the row then says `creating` under a lease
 * that runs out, the sandbox has a name made from the project's id, and whoever takes the lease next
 * (the sweep, or `retry`) meets the same sandbox.
 */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import type { Doc, Id } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { callerMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { ownedProject } from "./access";
import { failedColumns } from "./failures";
import { checkLeaseFree, holdsLease, leaseFields, newLease, type Lease } from "./lease";
import { statusAfter } from "./lifecycle";
import { checkPlanAllowsAnother, checkPlanAllowsRunning, checkWish } from "./limits";
import { provisioned, sandboxFailure, type Provisioned, type SandboxFailure } from "./outcomes";
import { enqueueSandboxRemoval } from "./removal";
import { findByClientProjectId, insertProject, patchProject } from "./store";
import { projectFields } from "./tables";
import { enterTurn, turnAfterAttach } from "./turns";

/**
 * The first step: may this person have another project, and if so, its row. With a
 * `clientProjectId` of a project that they have, it is about that one, and counts towards no limit.
 *
 * @returns the lease; or the project and its sandbox, when there is nothing left to do
 * @throws `INVALID_ARGUMENT`, `RATE_LIMITED`, `PLAN_LIMIT_REACHED`; `OPERATION_IN_PROGRESS` and
 *   `SANDBOX_UNAVAILABLE` of a project that is there, with its id
 */
export const begin = callerMutation({
  args: projectFields.pick("name", "prompt", "clientProjectId").fields,
  returns: v.union(leaseFields, provisioned),
  handler: async (ctx, args) => {
    const userId = ctx.user._id;
    const wish = checkWish(args);
    const present = await findByClientProjectId(ctx, userId, wish.clientProjectId);
    if (present !== null) return await beginAgain(ctx, present, Date.now());
    await checkRateLimit(ctx, "createProject", userId);
    await checkPlanAllowsAnother(ctx, ctx.user);
    return await insertCreating(ctx, { ...wish, userId }, Date.now());
  },
});

/** Whoever asked for this project asks again. One whose creation was cut off is gone on with. */
async function beginAgain(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<Lease | Provisioned> {
  const { _id: projectId, status, sandboxId, failure } = project;
  if (status === "creating") {
    checkLeaseFree(project, now, { projectId });
    const operation = newLease("provision", now);
    await patchProject(ctx, projectId, { operation });
    return { projectId, token: operation.token };
  }
  if (sandboxId !== undefined && failure === undefined) return { projectId, sandboxId };
  const { reason: message, retryable = true } = failure ?? {};
  throw quaverError("SANDBOX_UNAVAILABLE", { retryable, projectId, ...(message && { message }) });
}

async function insertCreating(
  ctx: MutationCtx,
  fields: Pick<Doc<"projects">, "userId" | "name" | "prompt" | "clientProjectId">,
  now: number,
): Promise<Lease> {
  const operation = newLease("provision", now);
  const projectId = await insertProject(ctx, {
    ...fields,
    status: "creating",
    statusChangedAt: now,
    operation,
    createdAt: now,
  });
  return { projectId, token: operation.token };
}

/**
 * The first step after a failure.
 *
 * @throws `NOT_FOUND`, `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION`, `RATE_LIMITED`,
 *   `PLAN_LIMIT_REACHED`
 */
export const beginRetry = callerMutation({
  args: { projectId: v.id("projects") },
  returns: leaseFields,
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    const columns = retriedColumns(project, Date.now());
    await checkRateLimit(ctx, "createProject", ctx.user._id);
    await checkPlanAllowsRunning(ctx, ctx.user);
    await patchProject(ctx, project._id, columns);
    return { projectId: project._id, token: columns.operation.token };
  },
});

function retriedColumns(project: Doc<"projects">, now: number) {
  checkLeaseFree(project, now);
  const status = statusAfter(project.status, ["retried"], now);
  return { ...status, failure: undefined, operation: newLease("provision", now) };
}

/**
 * The last step, when there is a sandbox. Without an agent to run, the turn ends at once.
 *
 * @returns `removed` when the project is gone: then the sandbox is on its way out too;
 *   `superseded` when the lease went to someone else, who adopts the same sandbox
 */
export const attach = internalMutation({
  args: leaseFields.extend({ sandboxId: v.string() }),
  returns: literals("attached", "superseded", "removed"),
  handler: (ctx, { sandboxId, ...lease }) => attachSandbox(ctx, lease, sandboxId, Date.now()),
});

async function attachSandbox(
  ctx: MutationCtx,
  { projectId, token }: Lease,
  sandboxId: string,
  now: number,
) {
  const project = await ctx.db.get("projects", projectId);
  if (project === null) {
    await enqueueSandboxRemoval(ctx, { _id: projectId, sandboxId });
    return "removed";
  }
  if (!holdsLease(project, token)) return "superseded";
  const turn = turnAfterAttach(project, sandboxId);
  const status = statusAfter(project.status, ["sandboxStarted", ...(turn ? [] : ENDED)], now);
  await patchProject(ctx, projectId, {
    sandboxId,
    sandboxSeenAt: now,
    operation: undefined,
    ...status,
  });
  if (turn !== null) await enterTurn(ctx, project, turn, now);
  return "attached";
}

const ENDED = ["turnEnded"] as const;

/**
 * The last step, when there is none.
 *
 * @returns `superseded` or `removed`, as `attach` does: then nothing was written
 */
export const fail = internalMutation({
  args: leaseFields.extend(sandboxFailure.fields),
  returns: literals("failed", "superseded", "removed"),
  handler: (ctx, { projectId, token, ...failure }) =>
    failProject(ctx, { projectId, token }, failure, Date.now()),
});

async function failProject(
  ctx: MutationCtx,
  { projectId, token }: { projectId: Id<"projects">; token: string },
  failure: SandboxFailure,
  now: number,
) {
  const project = await ctx.db.get("projects", projectId);
  if (project === null) return "removed";
  if (!holdsLease(project, token)) return "superseded";
  await patchProject(ctx, projectId, failedColumns(project, failure, now));
  return "failed";
}
