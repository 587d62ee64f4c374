/** Who is calling. */
import type { Auth, UserIdentity } from "convex/server";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { quaverError } from "./errors";

/** The row of the user with this Clerk id, or null. */
export async function userByClerkId(ctx: QueryCtx, clerkId: string): Promise<Doc<"users"> | null> {
  return await ctx.db
    .query("users")
    .withIndex("by_clerk_id", (q) => q.eq("clerkUser.id", clerkId))
    .unique();
}

/** The caller's row, or null without a valid token or before the webhook has inserted the row. */
export async function findCaller(ctx: QueryCtx): Promise<Doc<"users"> | null> {
  const identity = await ctx.auth.getUserIdentity();
  return identity && (await userByClerkId(ctx, identity.subject));
}

/**
 * The caller's row.
 *
 * @throws `UNAUTHENTICATED` without a valid token; `USER_NOT_SYNCED` with one, when there is no
 *   row (the webhook is late, or the user has been deleted)
 */
export async function requireCaller(ctx: QueryCtx): Promise<Doc<"users">> {
  const identity = await requireIdentity(ctx);
  const user = await userByClerkId(ctx, identity.subject);
  if (user === null) throw quaverError("USER_NOT_SYNCED");
  return user;
}

/**
 * What the caller's token says, whether or not there is a row.
 *
 * @throws `UNAUTHENTICATED` without a valid token
 */
export async function requireIdentity(ctx: { auth: Auth }): Promise<UserIdentity> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw quaverError("UNAUTHENTICATED");
  return identity;
}
