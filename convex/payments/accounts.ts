/** The transaction before a call to Stripe for a user: what is known of them there. */
import { v, type Infer } from "convex/values";
import { internalUserMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { customerOf } from "./customers";
import { subscriptionsOf } from "./entitlements";

const account = v.object({
  userId: v.id("users"),
  customerId: v.nullable(v.string()), // null before the first checkout
  formerCustomerId: v.nullable(v.string()), // one that was deleted at Stripe
  subscriptions: v.array(v.object({ id: v.string(), status: v.string() })), // those that have not ended
});
/** A user, as Stripe is to know them. */
export type Account = Infer<typeof account>;

/**
 * The caller's account, for an action that is about to call Stripe.
 *
 * @throws `RATE_LIMITED`
 */
export const openAccount = internalUserMutation({
  args: {},
  returns: account,
  handler: async (ctx) => {
    const userId = ctx.user._id;
    await checkRateLimit(ctx, "billing", userId);
    const row = await customerOf(ctx, userId);
    const subscriptions = await subscriptionsOf(ctx, userId);
    return {
      userId,
      customerId: row && !row.deleted ? row.stripeCustomerId : null,
      formerCustomerId: row?.deleted ? row.stripeCustomerId : null,
      subscriptions: subscriptions.map(({ stripeSubscriptionId: id, status }) => ({ id, status })),
    };
  },
});
