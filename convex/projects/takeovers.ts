/**
 * What the sweep does about projects that are `creating` or `generating` when nobody holds their lease
 * any more: whoever did has died. They are taken up where they were left, or given up.
 */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import { internalMutation, type ActionCtx, type MutationCtx } from "../_generated/server";
import { isQuaverError } from "../lib/errors";
import { sweptRows } from "../lib/reading";
import { provision } from "./calls";
import { failedColumns, INTERRUPTED } from "./failures";
import { leaseFields, newLease } from "./lease";
import { patchProject } from "./store";
import { enqueueSessionEnd, sessionOf, takeOverTurn } from "./turns";
import { verdictOnWorking } from "./verdicts";

/**
 * One page of the projects that work: gives up what is to be given up, and orders a look at turns
 * that nobody looks at.
 *
 * @returns the projects whose creation is to be taken up again, and where the next page begins; null
 *   after the last
 */
export const workingPage = internalMutation({
  args: {
    status: literals("creating", "generating"),
    cursor: v.nullable(v.string()),
    impatient: v.optional(v.boolean()),
  },
  returns: v.object({ due: v.array(v.id("projects")), next: v.nullable(v.string()) }),
  handler: async (ctx, { status, cursor, impatient }) => {
    const { page, isDone, continueCursor } = await ctx.db
      .query("projects")
      .withIndex("by_status", (q) => q.eq("status", status))
      .paginate(sweptRows(cursor));
    const due: Id<"projects">[] = [];
    for (const project of page) {
      if (await isCreationDue(ctx, project, Date.now(), impatient)) due.push(project._id);
    }
    return { due, next: isDone ? null : continueCursor };
  },
});

async function isCreationDue(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
  impatient?: boolean,
): Promise<boolean> {
  switch (verdictOnWorking(project, now, { impatient })) {
    case "leave":
      return false;
    case "resume":
      return !(await takeOverTurn(ctx, project, now));
    case "give up":
      await patchProject(ctx, project._id, failedColumns(project, INTERRUPTED, now));
      if (project.generation !== undefined) await enqueueSessionEnd(ctx, sessionOf(project));
      return false;
  }
}

/** Takes the lease of a creation that is still due; null when it is not. */
export const takeOverCreation = internalMutation({
  args: { projectId: v.id("projects"), impatient: v.optional(v.boolean()) },
  returns: v.nullable(leaseFields),
  handler: async (ctx, { projectId, impatient }) => {
    const now = Date.now();
    const project = await ctx.db.get("projects", projectId);
    if (project?.status !== "creating") return null;
    if (verdictOnWorking(project, now, { impatient }) !== "resume") return null;
    const operation = newLease("provision", now);
    await patchProject(ctx, projectId, { operation });
    return { projectId, token: operation.token };
  },
});

/**
 * Takes up a creation where it was left: adopts what Daytona has, or makes it.
 *
 * @returns false when that failed in a way that may pass, as when Daytona does not answer
 */
export async function resumeCreation(
  ctx: ActionCtx,
  creation: { projectId: Id<"projects">; impatient?: boolean },
): Promise<boolean> {
  const lease = await ctx.runMutation(internal.projects.takeovers.takeOverCreation, creation);
  if (lease === null) return true;
  try {
    await provision(ctx, lease);
    return true;
  } catch (error) {
    // The project says so itself, to its owner.
    if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) throw error;
    return !error.data.retryable;
  }
}
