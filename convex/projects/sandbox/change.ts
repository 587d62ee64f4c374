/**
 * Starting, stopping and archiving a sandbox: a transaction that takes the lease, the call to Daytona, and a transaction
 * that writes what came of it if the lease is still held.
 */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Doc, Id } from "../../_generated/dataModel";
import { internalMutation, type ActionCtx } from "../../_generated/server";
import { quaverError } from "../../lib/errors";
import { internalUserMutation } from "../../lib/functions";
import { checkRateLimit } from "../../lib/rateLimits";
import { ownedProject } from "../access";
import { checkLeaseFree, holdsLease, leaseFields, newLease } from "../lease";
import { failedColumns, hasRunningSandbox, statusAfter, transition } from "../lifecycle";
import type { ProjectEvent } from "../lifecycle";
import { checkPlanAllowsRunning } from "../checks";
import { patchProject, type ProjectPatch } from "../store";
import type { ProjectStatus } from "../tables";
import { enqueueRecheck } from "./recheck";
import { changeResult, resultOf, sandboxChange, sandboxUnavailable } from "./results";
import type { ChangeResult, SandboxChange } from "./results";

/**
 * Begins a change, if it is possible now, and excludes other operations meanwhile.
 *
 * @returns the lease and the sandbox; null when `ensure` finds that there is nothing to do
 * @throws `NOT_FOUND`, `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION`, `RATE_LIMITED`,
 *   `PLAN_LIMIT_REACHED` (for `start`)
 */
export const beginChange = internalUserMutation({
  args: { projectId: v.id("projects"), change: sandboxChange, ensure: v.optional(v.boolean()) },
  returns: v.nullable(leaseFields.extend({ sandboxId: v.string() })),
  handler: async (ctx, { projectId, change, ensure }) => {
    const project = await ownedProject(ctx, projectId);
    if (ensure && hasRunningSandbox(project.status)) return null;
    const now = Date.now();
    await checkLeaseFree(ctx, project, now);
    transition(project.status, eventOf(change, project.status));
    const { sandboxId } = project;
    if (sandboxId === undefined) throw quaverError("SANDBOX_UNAVAILABLE", { retryable: false });
    await checkRateLimit(ctx, "operateProject", ctx.user._id);
    if (change === "start") await checkPlanAllowsRunning(ctx, ctx.user);
    const operation = newLease(change, now);
    await patchProject(ctx, projectId, { operation });
    return { projectId, sandboxId, token: operation.token };
  },
});

/** The event of a project when the change has been made. */
function eventOf(change: SandboxChange, status: ProjectStatus): ProjectEvent {
  switch (change) {
    case "start":
      return status === "archived" ? "woken" : "started";
    case "stop":
      return "stopped";
    case "archive":
      return "archived";
  }
}

/**
 * Starts, stops or archives a project's sandbox, for its owner.
 *
 * @param request - with `ensure`, a sandbox that runs already is left alone
 * @throws what `beginChange` throws; `SANDBOX_UNAVAILABLE`, unless the project was removed meanwhile, or its lease went
 *   to another holder
 */
export async function changeForOwner(
  ctx: ActionCtx,
  request: { projectId: Id<"projects">; change: SandboxChange; ensure?: boolean },
): Promise<null> {
  const { change } = request;
  const begun = await ctx.runMutation(internal.projects.sandbox.change.beginChange, request);
  if (begun === null) return null;
  const { sandboxId, ...lease } = begun;
  const result: ChangeResult = await resultOf(
    ctx.runAction(internal.projects.sandbox.daytona.changeSandbox, { sandboxId, change }),
  );
  const finished = { ...lease, change, result };
  const written = await ctx.runMutation(internal.projects.sandbox.change.finishChange, finished);
  if (!result.ok && written) throw sandboxUnavailable(result);
  return null;
}

/**
 * Finishes a change. A failure after which the sandbox's state is not known leaves the status as it was, and schedules a
 * recheck.
 *
 * @returns whether it was written: not when the lease went to another holder, or the project is gone
 */
export const finishChange = internalMutation({
  args: leaseFields.extend({ change: sandboxChange, result: changeResult }),
  returns: v.boolean(),
  handler: async (ctx, { projectId, token, change, result }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project === null || !(await holdsLease(ctx, { projectId, token }))) return false;
    await patchProject(ctx, projectId, finishedColumns(project, change, result, Date.now()));
    if (isStateUnknown(result)) await enqueueRecheck(ctx, project.sandboxId);
    return true;
  },
});

function isStateUnknown(result: ChangeResult): boolean {
  return !result.ok && result.sandbox === "unknown";
}

function finishedColumns(
  project: Doc<"projects">,
  change: SandboxChange,
  result: ChangeResult,
  now: number,
): ProjectPatch {
  if (isStateUnknown(result)) return { operation: undefined };
  if (!result.ok) return failedColumns(project, { ...result, retryable: true }, now);
  const status = statusAfter(project.status, [eventOf(change, project.status)], now);
  return { ...status, operation: undefined, sandboxSeenAt: now };
}
