/** The signed-in person: what front ends ask, and what the builders ask for them. */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internalQuery } from "../_generated/server";
import { visitorQuery } from "../lib/functions";
import { requireCaller } from "./caller";
import { userDoc } from "./tables";

/**
 * How far the caller's sign-in has come: no token; a token, but no row from Clerk's webhook yet;
 * or all there. The three strings are the contract of front ends.
 */
export const userLoginStatus = visitorQuery({
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

/** The caller's row; null while signed out, or before the webhook has made it. */
export const currentUser = visitorQuery({
  args: {},
  returns: v.nullable(userDoc),
  handler: (ctx) => ctx.user,
});

/** The caller's row, for `userAction`, which has no database of its own. Throws as it does. */
export const requiredCaller = internalQuery({
  args: {},
  returns: userDoc,
  handler: (ctx) => requireCaller(ctx),
});
