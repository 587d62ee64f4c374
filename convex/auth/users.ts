/** The signed-in user: what front ends call, and what the builders of actions call. */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { internalQuery } from "../_generated/server";
import { identityAction, userAction, optionalUserQuery } from "../lib/functions";
import { requireCaller } from "../lib/caller";
import { deleteClerkUser, fetchClerkUser } from "./clerk";
import { userDoc } from "./tables";

/**
 * How far the caller's sign-in has come: no token; a token, but no row from Clerk's webhook yet;
 * or all there. The three strings are the contract of front ends.
 */
export const userLoginStatus = optionalUserQuery({
  args: {},
  returns: v.object({
    status: literals("No JWT Token", "No Clerk User", "Logged In"),
    user: v.nullable(userDoc),
  }),
  handler: async (ctx) => {
    if (ctx.user) return { status: "Logged In" as const, user: ctx.user };
    const identity = await ctx.auth.getUserIdentity();
    return {
      status: identity ? ("No Clerk User" as const) : ("No JWT Token" as const),
      user: null,
    };
  },
});

/** The caller's row; null while signed out, or before the webhook has inserted it. */
export const currentUser = optionalUserQuery({
  args: {},
  returns: v.nullable(userDoc),
  handler: (ctx) => ctx.user,
});

/** The caller's row, for `userAction`, which has no database of its own. Throws as it does. */
export const callerForAction = internalQuery({
  args: {},
  returns: userDoc,
  handler: (ctx) => requireCaller(ctx),
});

/**
 * Fetches the caller from Clerk and stores them: for a first sign-in that is faster than the
 * webhook, and for deployments without it. Anything newer that is stored already stays.
 *
 * @returns the caller's row
 * @throws `UNAUTHENTICATED` without a valid token, or with one of a deleted user;
 *   `USER_NOT_SYNCED` when the account is deleted meanwhile; `RATE_LIMITED`; `CLERK_UNAVAILABLE`
 */
export const syncCurrentUser = identityAction({
  args: {},
  returns: userDoc,
  handler: async (ctx): Promise<Doc<"users">> => {
    const clerkId = await ctx.runMutation(internal.auth.sync.beginSync, {});
    const clerkUser = await fetchClerkUser(clerkId);
    await ctx.runMutation(internal.auth.sync.upsertUser, { clerkUser });
    return await ctx.runQuery(internal.auth.users.callerForAction, {});
  },
});

/**
 * Deletes the caller's account: at Clerk first, and once that is done, everything here. If Clerk
 * fails nothing has changed, and the caller can try again. Once Clerk's account is gone the rest
 * is certain to happen: by this call, by Clerk's webhook, or by the check scheduled beforehand.
 *
 * @throws `UNAUTHENTICATED`, `USER_NOT_SYNCED`, `RATE_LIMITED`, `CLERK_UNAVAILABLE`
 */
export const deleteUser = userAction({
  args: {},
  returns: v.object({ success: v.literal(true) }),
  handler: async (ctx) => {
    const clerkId = ctx.user.clerkUser.id;
    await ctx.runMutation(internal.auth.deletion.scheduleDeletionCheck, { userId: ctx.user._id });
    await deleteClerkUser(clerkId);
    await ctx.runMutation(internal.auth.sync.removeUser, { clerkId });
    return { success: true as const };
  },
});
