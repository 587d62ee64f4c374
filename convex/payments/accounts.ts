/** The transactions around the payment actions: who the caller is to Stripe. */
import { v, type Infer } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { callerMutation } from "../lib/functions";
import { retriedJobs } from "../lib/jobs";
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
 * Keeps a customer of the caller's, unless there is one meanwhile.
 *
 * @param found - what was made or found at Stripe, at least one, the best first
 * @returns the customer that the caller is from now on
 */
export const keepCustomer = callerMutation({
  args: { found: v.array(v.string()) },
  returns: v.string(),
  handler: async (ctx, { found }) => await keep(ctx, ctx.user._id, found),
});

/**
 * A person is one customer: the first that is written here, by a checkout or by the webhook. Any
 * other comes of a request whose answer said that it had failed; nobody has been told of it, so
 * that nothing can hang on it, and it is discarded.
 */
export async function keep(
  ctx: MutationCtx,
  userId: Id<"users">,
  found: string[],
): Promise<string> {
  const row = await customerOf(ctx, userId);
  const kept = row && !row.deleted ? row.stripeCustomerId : found[0];
  if (kept === undefined) throw new Error("There is no customer to keep.");
  if (row === null) await ctx.db.insert("stripeCustomers", { userId, stripeCustomerId: kept });
  else if (row.deleted) {
    await ctx.db.replace("stripeCustomers", row._id, { userId, stripeCustomerId: kept });
  }
  for (const stripeCustomerId of found.filter((id) => id !== kept)) {
    await retriedJobs.enqueueAction(ctx, internal.payments.customers.discard, {
      stripeCustomerId,
    });
  }
  return kept;
}

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
