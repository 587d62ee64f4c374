/** The plan that a user has, by the subscriptions that the Stripe component stores. */
import type { FunctionReturnType } from "convex/server";
import { components } from "../_generated/api";
import type { QueryCtx } from "../_generated/server";
import type { Id } from "../_generated/dataModel";
import { env } from "../lib/env";
import { givesPro, planFor, type PlanName } from "./plans";

/**
 * The most subscriptions of a user that are read. Checkout refuses a second one, so that there is one,
 * or two for a moment; more can only come from an operator.
 */
const MAX_LIVE = 10;

/** A subscription as the Stripe component keeps it. */
export type Subscription = NonNullable<
  FunctionReturnType<typeof components.stripe.public.getSubscription>
>;

/** A user's subscriptions that have not ended, newest first. */
export async function subscriptionsOf(ctx: QueryCtx, userId: Id<"users">): Promise<Subscription[]> {
  const rows = await ctx.db
    .query("subscriptions")
    .withIndex("by_user", (q) => q.eq("userId", userId).eq("ended", false))
    .order("desc")
    .take(MAX_LIVE);
  const subscriptions = await Promise.all(
    rows.map(({ stripeSubscriptionId }) =>
      ctx.runQuery(components.stripe.public.getSubscription, { stripeSubscriptionId }),
    ),
  );
  return subscriptions.filter((subscription) => subscription !== null);
}

/** The plan of a user, from what Stripe was last known to say of their subscriptions. */
export async function currentPlanOf(ctx: QueryCtx, userId: Id<"users">): Promise<PlanName> {
  return planFor(await subscriptionsOf(ctx, userId), env.STRIPE_PRICE_PRO);
}

/** The subscription that a user's plan rests on; without one, the newest that is not over. */
export function planSubscription(subscriptions: Subscription[]): Subscription | null {
  const paid = subscriptions.find((one) => givesPro(one, env.STRIPE_PRICE_PRO));
  return paid ?? subscriptions[0] ?? null;
}
