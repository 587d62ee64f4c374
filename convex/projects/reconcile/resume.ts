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
import { sessionOf } from "../../turns/session";
import { enqueueSessionEnd, resumeTurn } from "../../turns/turn";
import { leaseFields, newLease } from "../lease";
import { failedColumns } from "../lifecycle";
import { createUnderLease } from "../sandbox/create";
import { INTERRUPTED } from "../sandbox/results";
import { patchProject } from "../store";
import { decideOnWorking } from "./decisions";

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
    for (const project of page) {
      if (await isCreationToResume(ctx, project, Date.now(), force)) creations.push(project._id);
    }
    return { creations, next: isDone ? null : continueCursor };
  },
});

async function isCreationToResume(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
  force?: boolean,
): Promise<boolean> {
  switch (decideOnWorking(project, now, { force })) {
    case "leave":
      return false;
    case "resume":
      return !(await resumeTurn(ctx, project, now));
    case "give up":
      await patchProject(ctx, project._id, failedColumns(project, INTERRUPTED, now));
      if (project.turnProgress !== undefined) await enqueueSessionEnd(ctx, sessionOf(project));
      return false;
  }
}

/** Takes the lease of a creation that is still to be resumed; null when it is not. */
export const beginResumeCreate = internalMutation({
  args: { projectId: v.id("projects"), force: v.optional(v.boolean()) },
  returns: v.nullable(leaseFields),
  handler: async (ctx, { projectId, force }) => {
    const now = Date.now();
    const project = await ctx.db.get("projects", projectId);
    if (project?.status !== "creating") return null;
    if (decideOnWorking(project, now, { force }) !== "resume") return null;
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
