/** What a person may do, by what they pay. Never by anything the client says. */
import type { FunctionReturnType } from "convex/server";
import { components } from "../_generated/api";
import type { QueryCtx } from "../_generated/server";
import type { Id } from "../_generated/dataModel";
import { env } from "../lib/env";
import { givesPro, planFor, type PlanName } from "./plans";

/**
 * The most subscriptions of a person that are looked at. Checkout refuses a second one, so that
 * there is one, or two for a moment; the rest are an operator's doing.
 */
const MAX_LIVE = 10;

/** A subscription as the Stripe component keeps it. */
export type Subscription = NonNullable<
  FunctionReturnType<typeof components.stripe.public.getSubscription>
>;

/** A person's subscriptions that are not over, newest first. */
export async function liveSubscriptionsOf(
  ctx: QueryCtx,
  userId: Id<"users">,
): Promise<Subscription[]> {
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

/** The plan of a person, from what Stripe was last known to say of their subscriptions. */
export async function currentPlanOf(ctx: QueryCtx, userId: Id<"users">): Promise<PlanName> {
  return planFor(await liveSubscriptionsOf(ctx, userId), env.STRIPE_PRICE_PRO);
}

/** The subscription that a person's plan rests on; without one, the newest that is not over. */
export function decisive(subscriptions: Subscription[]): Subscription | null {
  const paid = subscriptions.find((one) => givesPro(one, env.STRIPE_PRICE_PRO));
  return paid ?? subscriptions[0] ?? null;
}
