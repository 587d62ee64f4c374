/**
 * Removing projects. The row goes in the caller's transaction. The same transaction schedules the removal of the rest:
 * messages and turns in batches, the sandbox by a job that is retried.
 */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Doc, Id } from "../../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../../_generated/server";
import { workpool } from "../../lib/workpool";
import { deleteProject } from "../store";

/** Projects removed per transaction, when their owner is deleted. Each reads up to 80 kB. */
const PROJECTS_PER_BATCH = 20;

/** Removes a project: the row now, the rest by jobs. */
export async function removeProject(ctx: MutationCtx, project: Doc<"projects">): Promise<void> {
  const { _id: projectId, sandboxId } = project;
  await deleteProject(ctx, projectId);
  await ctx.scheduler.runAfter(0, internal.messages.removal.removeBatch, { projectId });
  await ctx.scheduler.runAfter(0, internal.turns.removal.removeBatch, { projectId });
  await enqueueSandboxDeletion(ctx, projectId, sandboxId);
}

/**
 * Schedules the deletion of a project's sandbox. Without an id it is looked up by its name. Survives restarts; a sandbox
 * that is not there counts as deleted.
 */
export async function enqueueSandboxDeletion(
  ctx: MutationCtx,
  projectId: Id<"projects">,
  sandboxId: string | undefined,
): Promise<void> {
  const args = sandboxId === undefined ? { projectId } : { projectId, sandboxId };
  await workpool.enqueueAction(ctx, internal.projects.sandbox.daytona.deleteSandbox, args);
}

/**
 * Removes some of a deleted user's projects.
 *
 * @returns whether there may be more
 */
export const removeSomeProjectsOfUser = internalMutation({
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
