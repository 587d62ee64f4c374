/**
 * Removing projects. The row goes in the caller's transaction, and with it, in the same one, the
 * orders that remove the rest: messages in batches, the sandbox by a job that is retried.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { retriedJobs } from "../lib/jobs";
import { deleteProject } from "./store";

/** Projects removed per transaction, when their owner is deleted. Each reads up to 80 kB. */
const PROJECTS_PER_BATCH = 20;

/** Removes a project: the row now, its messages and its sandbox by themselves. */
export async function removeProject(ctx: MutationCtx, project: Doc<"projects">): Promise<void> {
  await deleteProject(ctx, project._id);
  await ctx.scheduler.runAfter(0, internal.messages.removal.removeBatch, {
    projectId: project._id,
  });
  await enqueueSandboxRemoval(ctx, project);
}

/**
 * Orders a project's sandbox to be deleted, whether or not there is one: without an id it is
 * looked up by its name. Survives restarts; a sandbox that is not there counts as deleted.
 */
export async function enqueueSandboxRemoval(
  ctx: MutationCtx,
  { _id: projectId, sandboxId }: { _id: Id<"projects">; sandboxId?: string | undefined },
): Promise<void> {
  const args = sandboxId === undefined ? { projectId } : { projectId, sandboxId };
  await retriedJobs.enqueueAction(ctx, internal.projects.sandboxes.destroy, args);
}

/**
 * Removes some of a deleted person's projects.
 *
 * @returns whether there may be more
 */
export const removeSomeOfUser = internalMutation({
  args: { userId: v.id("users") },
  returns: v.boolean(),
  handler: async (ctx, args) => {
    const projects = await ctx.db
      .query("projects")
      .withIndex("by_user", (q) => q.eq("userId", args.userId))
      .take(PROJECTS_PER_BATCH);
    for (const project of projects) await removeProject(ctx, project);
    return projects.length === PROJECTS_PER_BATCH;
  },
});
