/**
 * Removing what a deleted person had: one job, however the deletion came to be known. Each of its
 * steps may be repeated, so that it can stop anywhere and be picked up: by the workpool, which tries
 * again for three hours, and after that by `pickUp`.
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
import { retriedJobs } from "../lib/jobs";
import { checkRateLimit } from "../lib/rateLimits";
import { existsAtClerk } from "./clerk";

/**
 * Clerk delivers by Svix, which by itself tries for 28 hours, but lets an operator replay a delivery
 * as long as it keeps the payload: 90 days (https://docs.svix.com/retention). Nothing that could
 * bring the person back is left after that; the rest is for clocks.
 */
const TOMBSTONE_TTL_MS = 91 * 24 * 60 * 60_000;

const PICK_UP_AFTER_MS = 4 * 60 * 60_000; // by then the workpool has given up
const CHECK_AFTER_MS = 60_000; // by then a call to Clerk has long been answered
const BATCH = 100;

/** Orders the removal of what hung on a row that has just been deleted. */
export async function enqueueRemoval(
  ctx: MutationCtx,
  tombstoneId: Id<"deletedClerkUsers">,
): Promise<void> {
  await retriedJobs.enqueueAction(ctx, internal.auth.deletion.removeEverything, { tombstoneId });
}

/**
 * The job. Subscriptions end first, so that nobody pays for what is being taken away; one that can't
 * be cancelled now keeps nothing else from going, and is tried again.
 */
export const removeEverything = internalAction({
  args: { tombstoneId: v.id("deletedClerkUsers") },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    const userId = await ctx.runQuery(internal.auth.deletion.pendingUser, args);
    if (userId === null) return null;
    try {
      await ctx.runAction(internal.payments.cancellation.cancelSubscriptionsOfUser, { userId });
    } finally {
      await removeProjects(ctx, userId);
    }
    await ctx.runMutation(internal.auth.deletion.finish, args);
    return null;
  },
});

async function removeProjects(ctx: ActionCtx, userId: Id<"users">): Promise<void> {
  while (await ctx.runMutation(internal.projects.removal.removeSomeOfUser, { userId }));
}

/** The row whose things are still to be removed; null when nothing is left. */
export const pendingUser = internalQuery({
  args: { tombstoneId: v.id("deletedClerkUsers") },
  returns: v.nullable(v.id("users")),
  handler: async (ctx, { tombstoneId }) =>
    (await ctx.db.get("deletedClerkUsers", tombstoneId))?.userId ?? null,
});

/** Notes that nothing is left. */
export const finish = internalMutation({
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
 * Orders again the removals that the workpool has given up, some at a time. With `impatient` (see
 * `projects/sweep.ts`) also those that it may still have, and without it: after a crash the workpool
 * may itself take minutes to notice which of its jobs are gone.
 */
export const pickUp = internalMutation({
  args: { impatient: v.optional(v.boolean()) },
  returns: v.null(),
  handler: async (ctx, { impatient = false }) => {
    const before = impatient ? Infinity : Date.now() - PICK_UP_AFTER_MS;
    const stuck = await ctx.db
      .query("deletedClerkUsers")
      .withIndex("by_state", (q) => q.eq("state", "removing").lt("deletedAt", before))
      .take(BATCH);
    const tombstoneIds = stuck.map(({ _id }) => _id);
    if (impatient) await orderRemovals(ctx, tombstoneIds);
    else for (const tombstoneId of tombstoneIds) await enqueueRemoval(ctx, tombstoneId);
    return null;
  },
});

/** Orders removals one after the other: side by side they would leave turns no place to run. */
async function orderRemovals(
  { scheduler }: Pick<MutationCtx | ActionCtx, "scheduler">,
  tombstoneIds: Id<"deletedClerkUsers">[],
): Promise<void> {
  if (tombstoneIds.length === 0) return;
  await scheduler.runAfter(0, internal.auth.deletion.removeInTurn, { tombstoneIds });
}

/** Removes what the first of these people had, and orders the rest. What fails is left to `pickUp`. */
export const removeInTurn = internalAction({
  args: { tombstoneIds: v.array(v.id("deletedClerkUsers")) },
  returns: v.null(),
  handler: async (ctx, { tombstoneIds: [tombstoneId, ...rest] }): Promise<null> => {
    if (tombstoneId === undefined) return null;
    try {
      await ctx.runAction(internal.auth.deletion.removeEverything, { tombstoneId });
    } catch (error) {
      console.error(`A removal of what a deleted person had failed. ${String(error)}`);
    }
    await orderRemovals(ctx, rest);
    return null;
  },
});

/** Deletes tombstones that nothing can need any more, and orders itself again while there are more. */
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
 * Orders a look at whether Clerk has deleted a person who asked for it: the process may die between
 * Clerk's deletion and ours, and not every deployment has the webhook.
 *
 * @throws `RATE_LIMITED`
 */
export const orderCheck = internalMutation({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, args) => {
    await checkRateLimit(ctx, "deleteUser", args.userId);
    const { check } = internal.auth.deletion;
    await retriedJobs.enqueueAction(ctx, check, args, { runAfter: CHECK_AFTER_MS });
    return null;
  },
});

/** The look that `orderCheck` orders. Run by the workpool, which tries again when this throws. */
export const check = internalAction({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    const clerkId = await ctx.runQuery(internal.auth.deletion.clerkIdOf, args);
    if (clerkId !== null && !(await existsAtClerk(clerkId))) {
      await ctx.runMutation(internal.auth.sync.remove, { clerkId });
    }
    return null;
  },
});

/** The Clerk id of a person who is still here. */
export const clerkIdOf = internalQuery({
  args: { userId: v.id("users") },
  returns: v.nullable(v.string()),
  handler: async (ctx, { userId }) => (await ctx.db.get("users", userId))?.clerkUser.id ?? null,
});
