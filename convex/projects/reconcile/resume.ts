/**
 * Projects that are `creating` or `generating` under no lease any more, because the process that held it died: they are
 * resumed where they were left, or given up.
 */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internal } from "../../_generated/api";
import type { Doc, Id } from "../../_generated/dataModel";
import { internalMutation, type ActionCtx, type MutationCtx } from "../../_generated/server";
import { isQuaverError } from "../../lib/errors";
import { sweptRows } from "../../lib/reading";
import { endTurn } from "../../turns/end";
import { abandoned, workOf } from "../../turns/failures";
import { resumeTurn, runOf } from "../../turns/turn";
import { isLeased, leaseFields, newLease } from "../lease";
import { failedColumns, statusAfter } from "../lifecycle";
import { createUnderLease } from "../sandbox/create";
import { INTERRUPTED } from "../sandbox/results";
import { patchProject } from "../store";
import { decideOnCreating, decideOnTurn } from "./decisions";

/**
 * One page of the projects that work: gives up what is to be given up, and schedules a poll of turns that nothing polls.
 *
 * @returns the projects whose creation is to be resumed, and where the next page begins; null after the last
 */
export const resumePage = internalMutation({
  args: {
    status: literals("creating", "generating"),
    cursor: v.nullable(v.string()),
    force: v.optional(v.boolean()),
  },
  returns: v.object({ creations: v.array(v.id("projects")), next: v.nullable(v.string()) }),
  handler: async (ctx, { status, cursor, force }) => {
    const { page, isDone, continueCursor } = await ctx.db
      .query("projects")
      .withIndex("by_status", (q) => q.eq("status", status))
      .paginate(sweptRows(cursor));
    const creations: Id<"projects">[] = [];
    const now = Date.now();
    for (const project of page) {
      const leased = await isLeased(ctx, project, { now, force });
      if (status === "generating") await repairTurn(ctx, project, { leased, now });
      else if (await isCreationToResume(ctx, project, { leased, now })) creations.push(project._id);
    }
    return { creations, next: isDone ? null : continueCursor };
  },
});

interface Circumstances {
  leased: boolean;
  now: number;
}

async function repairTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  circumstances: Circumstances,
): Promise<void> {
  const run = await runOf(ctx, project._id);
  const { now } = circumstances;
  if (run === null) {
    const status = statusAfter(project.status, ["turnEnded"], now);
    await patchProject(ctx, project._id, { ...status, operation: undefined });
    return;
  }
  switch (decideOnTurn(run, circumstances)) {
    case "leave":
      return;
    case "resume":
      await resumeTurn(ctx, project._id, now);
      return;
    case "give up":
      await endTurn(ctx, project, run, { status: "failed", ...abandoned(workOf(run)) }, now);
  }
}

async function isCreationToResume(
  ctx: MutationCtx,
  project: Doc<"projects">,
  circumstances: Circumstances,
): Promise<boolean> {
  const decision = decideOnCreating(project, circumstances);
  if (decision === "give up") {
    await patchProject(ctx, project._id, failedColumns(project, INTERRUPTED, circumstances.now));
  }
  return decision === "resume";
}

/** Takes the lease of a creation that is still to be resumed; null when it is not. */
export const beginResumeCreate = internalMutation({
  args: { projectId: v.id("projects"), force: v.optional(v.boolean()) },
  returns: v.nullable(leaseFields),
  handler: async (ctx, { projectId, force }) => {
    const now = Date.now();
    const project = await ctx.db.get("projects", projectId);
    if (project?.status !== "creating") return null;
    const leased = await isLeased(ctx, project, { now, force });
    if (decideOnCreating(project, { leased, now }) !== "resume") return null;
    const operation = newLease("create", now);
    await patchProject(ctx, projectId, { operation });
    return { projectId, token: operation.token };
  },
});

/**
 * Resumes a creation where it was left: takes the sandbox that Daytona has, or creates it.
 *
 * @returns false when that failed in a way that may pass, as when Daytona does not answer
 */
export async function resumeCreate(
  ctx: ActionCtx,
  creation: { projectId: Id<"projects">; force?: boolean },
): Promise<boolean> {
  const lease = await ctx.runMutation(
    internal.projects.reconcile.resume.beginResumeCreate,
    creation,
  );
  if (lease === null) return true;
  try {
    await createUnderLease(ctx, lease);
    return true;
  } catch (error) {
    // The project has the failure, for its owner to read.
    if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) throw error;
    return !error.data.retryable;
  }
}
