/** Clerk's word on people, applied to the table, whatever order it arrives in. */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { scheduleRemovalOfAll } from "../projects/removal";
import { userByClerkId } from "./caller";
import { clerkUser, type ClerkUser } from "./tables";

/**
 * Applies `user.created` or `user.updated`. A person who has been deleted stays deleted, and
 * what is stored is overwritten only by something newer; a repeated delivery changes nothing.
 */
export const upsert = internalMutation({
  args: { clerkUser },
  returns: literals("inserted", "updated", "stale", "deleted"),
  handler: (ctx, args) => upsertUser(ctx, args.clerkUser),
});

/** Applies `user.deleted`: leaves a tombstone and starts removing what the person had. */
export const remove = internalMutation({
  args: { clerkId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await buryUser(ctx, args.clerkId, Date.now());
    return null;
  },
});

async function upsertUser(ctx: MutationCtx, incoming: ClerkUser) {
  if (await isBuried(ctx, incoming.id)) return "deleted";
  const stored = await userByClerkId(ctx, incoming.id);
  if (stored === null) {
    await ctx.db.insert("users", { clerkUser: incoming });
    return "inserted";
  }
  if (stored.clerkUser.updated_at >= incoming.updated_at) return "stale";
  await ctx.db.patch("users", stored._id, { clerkUser: incoming });
  return "updated";
}

async function buryUser(ctx: MutationCtx, clerkId: string, now: number) {
  if (!(await isBuried(ctx, clerkId))) {
    await ctx.db.insert("deletedClerkUsers", { clerkId, deletedAt: now });
  }
  const user = await userByClerkId(ctx, clerkId);
  if (user === null) return;
  // The row goes first: without it nobody can create a project that the removal would miss.
  await ctx.db.delete("users", user._id);
  await scheduleRemovalOfAll(ctx, user._id);
}

async function isBuried(ctx: MutationCtx, clerkId: string): Promise<boolean> {
  const tombstone = await ctx.db
    .query("deletedClerkUsers")
    .withIndex("by_clerk_id", (q) => q.eq("clerkId", clerkId))
    .unique();
  return tombstone !== null;
}
