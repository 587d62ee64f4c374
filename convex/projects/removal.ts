/**
 * Removing projects. The row goes in the caller's transaction, and with it, in the same one, the
 * orders that remove the rest: messages in batches, the sandbox by a job that is retried.
 */
import { Workpool } from "@convex-dev/workpool";
import { v } from "convex/values";
import { components, internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";

/** Projects removed per transaction, when their owner is deleted. Each reads up to 80 kB. */
const PROJECTS_PER_BATCH = 20;

/**
 * Daytona can be away for a while, and refuses to delete a sandbox that is changing state. The
 * waits are 1 s, 3 s, 9 s … 6561 s: nearly three hours in all, after which the workpool logs the
 * failure.
 */
const sandboxRemovals = new Workpool(components.workpool, {
  maxParallelism: 5,
  logLevel: "WARN", // its default adds a line every minute that says all is well
  retryActionsByDefault: true,
  defaultRetryBehavior: { maxAttempts: 10, initialBackoffMs: 1000, base: 3 },
});

/** Removes a project: the row now, its messages and its sandbox by themselves. */
export async function removeProject(ctx: MutationCtx, project: Doc<"projects">): Promise<void> {
  await ctx.db.delete("projects", project._id);
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
  await sandboxRemovals.enqueueAction(ctx, internal.projects.sandboxes.destroy, args);
}

/** Starts removing every project of a person whose row has just been deleted. */
export async function scheduleRemovalOfAll(ctx: MutationCtx, userId: Id<"users">): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.projects.removal.removeAllOfUser, { userId });
}

/** Removes some of a deleted person's projects, and orders itself again while there are more. */
export const removeAllOfUser = internalMutation({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const projects = await ctx.db
      .query("projects")
      .withIndex("by_user", (q) => q.eq("userId", args.userId))
      .take(PROJECTS_PER_BATCH);
    for (const project of projects) await removeProject(ctx, project);
    if (projects.length > 0) await scheduleRemovalOfAll(ctx, args.userId);
    return null;
  },
});
