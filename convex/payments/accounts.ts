/** The transactions around the payment actions: who the caller is to Stripe. */
import { v, type Infer } from "convex/values";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { callerMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { liveSubscriptionsOf } from "./entitlements";

/** A person, as Stripe is to know them. */
const account = v.object({
  userId: v.id("users"),
  customerId: v.nullable(v.string()), // absent before the first checkout
  formerCustomerId: v.nullable(v.string()), // one that was deleted at Stripe
  subscriptions: v.array(v.object({ id: v.string(), status: v.string() })), // those not over
});
/** See `account`. */
export type Account = Infer<typeof account>;

/**
 * The caller's account, for an action that is about to call Stripe.
 *
 * @throws `RATE_LIMITED`
 */
export const open = callerMutation({
  args: {},
  returns: account,
  handler: async (ctx) => {
    await checkRateLimit(ctx, "billing", ctx.user._id);
    return await accountOf(ctx, ctx.user._id);
  },
});

/**
 * Keeps the caller's new customer, unless there is one meanwhile.
 *
 * @returns the customer that the caller is from now on
 */
export const keepCustomer = callerMutation({
  args: { stripeCustomerId: v.string() },
  returns: v.string(),
  handler: async (ctx, { stripeCustomerId }) => {
    const userId = ctx.user._id;
    const row = await customerOf(ctx, userId);
    if (row && !row.deleted) return row.stripeCustomerId;
    if (row) await ctx.db.replace("stripeCustomers", row._id, { userId, stripeCustomerId });
    else await ctx.db.insert("stripeCustomers", { userId, stripeCustomerId });
    return stripeCustomerId;
  },
});

async function accountOf(ctx: MutationCtx, userId: Id<"users">): Promise<Account> {
  const row = await customerOf(ctx, userId);
  const live = await liveSubscriptionsOf(ctx, userId);
  return {
    userId,
    customerId: row && !row.deleted ? row.stripeCustomerId : null,
    formerCustomerId: row?.deleted ? row.stripeCustomerId : null,
    subscriptions: live.map(({ stripeSubscriptionId: id, status }) => ({ id, status })),
  };
}

async function customerOf(ctx: MutationCtx, userId: Id<"users">) {
  return await ctx.db
    .query("stripeCustomers")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
}
