/**
 * Removing what a deleted user had: one job, however the deletion came to be known. Each of its
 * steps may be repeated, so that it can stop anywhere and be resumed: by the workpool, which retries
 * for three hours, and after that by `resumeRemovals`.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import {
  internalAction,
  internalMutation,
  internalQuery,
  type ActionCtx,
  type MutationCtx,
} from "../_generated/server";
import { workpool } from "../lib/workpool";
import { checkRateLimit } from "../lib/rateLimits";
import { existsAtClerk } from "./clerk";

/**
 * Clerk delivers by Svix, which by itself tries for 28 hours, but lets an operator replay a delivery
 * as long as it keeps the payload: 90 days (https://docs.svix.com/retention). Nothing that could
 * bring the user back is left after that; one day more allows for differing clocks.
 */
const TOMBSTONE_TTL_MS = 91 * 24 * 60 * 60_000;

const RESUME_AFTER_MS = 4 * 60 * 60_000; // by then the workpool has given up
const CHECK_AFTER_MS = 60_000; // by then a call to Clerk has long been answered
const BATCH = 100;

/** Enqueues the removal of everything that belonged to a row that has just been deleted. */
export async function enqueueUserRemoval(
  ctx: MutationCtx,
  tombstoneId: Id<"deletedClerkUsers">,
): Promise<void> {
  await workpool.enqueueAction(ctx, internal.auth.deletion.removeUserData, { tombstoneId });
}

/**
 * The job. Subscriptions end first, so that no user pays for what is being removed. If one can't be
 * cancelled now, the rest is removed all the same, and the job is retried.
 */
export const removeUserData = internalAction({
  args: { tombstoneId: v.id("deletedClerkUsers") },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    const userId = await ctx.runQuery(internal.auth.deletion.userToRemove, args);
    if (userId === null) return null;
    try {
      await ctx.runAction(internal.payments.cancellation.cancelSubscriptionsOfUser, { userId });
    } finally {
      await removeProjects(ctx, userId);
    }
    await ctx.runMutation(internal.auth.deletion.finishRemoval, args);
    return null;
  },
});

async function removeProjects(ctx: ActionCtx, userId: Id<"users">): Promise<void> {
  while (
    await ctx.runMutation(internal.projects.sandbox.removal.removeSomeProjectsOfUser, { userId })
  );
}

/** The id of the deleted user row, if what belonged to it is still to be removed; else null. */
export const userToRemove = internalQuery({
  args: { tombstoneId: v.id("deletedClerkUsers") },
  returns: v.nullable(v.id("users")),
  handler: async (ctx, { tombstoneId }) =>
    (await ctx.db.get("deletedClerkUsers", tombstoneId))?.userId ?? null,
});

/** Stores that nothing is left to remove. */
export const finishRemoval = internalMutation({
  args: { tombstoneId: v.id("deletedClerkUsers") },
  returns: v.null(),
  handler: async (ctx, { tombstoneId }) => {
    if ((await ctx.db.get("deletedClerkUsers", tombstoneId)) === null) return null;
    const removed = { state: "removed" as const, userId: undefined };
    await ctx.db.patch("deletedClerkUsers", tombstoneId, removed);
    return null;
  },
});

/**
 * Enqueues again the removals that the workpool has given up, some at a time. With `force` (see
 * `projects/reconcile/sweep.ts`) it runs also those that the workpool may still have, without the workpool:
 * after a crash that may take minutes to notice which of its jobs are gone.
 */
export const resumeRemovals = internalMutation({
  args: { force: v.optional(v.boolean()) },
  returns: v.null(),
  handler: async (ctx, { force = false }) => {
    const before = force ? Infinity : Date.now() - RESUME_AFTER_MS;
    const stuck = await ctx.db
      .query("deletedClerkUsers")
      .withIndex("by_state", (q) => q.eq("state", "removing").lt("deletedAt", before))
      .take(BATCH);
    const tombstoneIds = stuck.map(({ _id }) => _id);
    if (force) await scheduleRemovals(ctx, tombstoneIds);
    else for (const tombstoneId of tombstoneIds) await enqueueUserRemoval(ctx, tombstoneId);
    return null;
  },
});

/** Schedules removals one after the other: all at once they would leave no place for the polls of turns. */
async function scheduleRemovals(
  { scheduler }: Pick<MutationCtx | ActionCtx, "scheduler">,
  tombstoneIds: Id<"deletedClerkUsers">[],
): Promise<void> {
  if (tombstoneIds.length === 0) return;
  await scheduler.runAfter(0, internal.auth.deletion.removeNext, { tombstoneIds });
}

/** Removes what the first of these users had, and schedules the rest. What fails is left to `resumeRemovals`. */
export const removeNext = internalAction({
  args: { tombstoneIds: v.array(v.id("deletedClerkUsers")) },
  returns: v.null(),
  handler: async (ctx, { tombstoneIds: [tombstoneId, ...rest] }): Promise<null> => {
    if (tombstoneId === undefined) return null;
    try {
      await ctx.runAction(internal.auth.deletion.removeUserData, { tombstoneId });
    } catch (error) {
      console.error(`The removal of what a deleted user had failed. ${String(error)}`);
    }
    await scheduleRemovals(ctx, rest);
    return null;
  },
});

/** Deletes tombstones that are no longer needed, and schedules itself again while there are more. */
export const expireTombstones = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const before = Date.now() - TOMBSTONE_TTL_MS;
    const expired = await ctx.db
      .query("deletedClerkUsers")
      .withIndex("by_state", (q) => q.eq("state", "removed").lt("deletedAt", before))
      .take(BATCH);
    for (const { _id } of expired) await ctx.db.delete("deletedClerkUsers", _id);
    if (expired.length === BATCH) {
      await ctx.scheduler.runAfter(0, internal.auth.deletion.expireTombstones, {});
    }
    return null;
  },
});

/**
 * Schedules a check whether Clerk has deleted a user who asked for it: the process may die between
 * Clerk's deletion and ours, and not every deployment has the webhook.
 *
 * @throws `RATE_LIMITED`
 */
export const scheduleDeletionCheck = internalMutation({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, args) => {
    await checkRateLimit(ctx, "deleteUser", args.userId);
    const { checkDeletion } = internal.auth.deletion;
    await workpool.enqueueAction(ctx, checkDeletion, args, { runAfter: CHECK_AFTER_MS });
    return null;
  },
});

/** The check that `scheduleDeletionCheck` schedules. Run by the workpool, which tries again when this throws. */
export const checkDeletion = internalAction({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    const clerkId = await ctx.runQuery(internal.auth.deletion.getClerkId, args);
    if (clerkId !== null && !(await existsAtClerk(clerkId))) {
      await ctx.runMutation(internal.auth.sync.removeUser, { clerkId });
    }
    return null;
  },
});

/** The Clerk id of a user who has not been deleted; else null. */
export const getClerkId = internalQuery({
  args: { userId: v.id("users") },
  returns: v.nullable(v.string()),
  handler: async (ctx, { userId }) => (await ctx.db.get("users", userId))?.clerkUser.id ?? null,
});
