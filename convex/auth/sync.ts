/** Applying Clerk's events and answers to the table of users, in any order. */
import { v } from "convex/values";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { checkRateLimit } from "../lib/rateLimits";
import { requireIdentity, userByClerkId } from "../lib/caller";
import { enqueueUserRemoval } from "./deletion";
import { clerkUser, type ClerkUser } from "./tables";

/**
 * Applies `user.created` or `user.updated`. A user who has been deleted stays deleted, and
 * a stored user is overwritten only by a newer version; a repeated delivery changes nothing.
 */
export const upsertUser = internalMutation({
  args: { clerkUser },
  returns: v.null(),
  handler: async (ctx, args) => {
    await applyUpsert(ctx, args.clerkUser);
    return null;
  },
});

/** Applies a deletion at Clerk: leaves a tombstone and starts removing what the user had. */
export const removeUser = internalMutation({
  args: { clerkId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await leaveTombstone(ctx, args.clerkId, Date.now());
    return null;
  },
});

/**
 * Checks a request to sync the caller, before Clerk is called.
 *
 * @returns the caller's Clerk id
 * @throws `UNAUTHENTICATED` without a valid token, or with one of a deleted user; `RATE_LIMITED`
 */
export const beginSync = internalMutation({
  args: {},
  returns: v.string(),
  handler: async (ctx) => {
    const { subject } = await requireIdentity(ctx);
    if (await hasTombstone(ctx, subject)) throw quaverError("UNAUTHENTICATED");
    await checkRateLimit(ctx, "syncUser", subject);
    return subject;
  },
});

async function applyUpsert(ctx: MutationCtx, incoming: ClerkUser): Promise<void> {
  if (await hasTombstone(ctx, incoming.id)) return;
  const stored = await userByClerkId(ctx, incoming.id);
  if (stored === null) {
    await ctx.db.insert("users", { clerkUser: incoming });
  } else if (stored.clerkUser.updated_at < incoming.updated_at) {
    await ctx.db.patch("users", stored._id, { clerkUser: incoming });
  }
}

async function leaveTombstone(ctx: MutationCtx, clerkId: string, deletedAt: number) {
  const user = await userByClerkId(ctx, clerkId);
  // Without a row there is nothing to remove: a tombstone alone, if there is none.
  if (user === null) {
    if (await hasTombstone(ctx, clerkId)) return;
    await ctx.db.insert("deletedClerkUsers", { clerkId, deletedAt, state: "removed" });
    return;
  }
  // The row goes first: without it no project can be created that the removal would miss.
  await ctx.db.delete("users", user._id);
  const tombstone = { clerkId, deletedAt, userId: user._id, state: "removing" as const };
  const tombstoneId = await ctx.db.insert("deletedClerkUsers", tombstone);
  await enqueueUserRemoval(ctx, tombstoneId);
}

async function hasTombstone(ctx: MutationCtx, clerkId: string): Promise<boolean> {
  const tombstone = await ctx.db
    .query("deletedClerkUsers")
    .withIndex("by_clerk_id", (q) => q.eq("clerkId", clerkId))
    .unique();
  return tombstone !== null;
}
