/** What a person may do, by what they pay. Never by anything the client says. */
import { components } from "../_generated/api";
import { env, type QueryCtx } from "../_generated/server";
import type { Id } from "../_generated/dataModel";
import { planFor, type PlanName } from "./plans";

/** The plan of a person, from the subscriptions that Stripe's webhooks have reported. */
export async function currentPlanOf(ctx: QueryCtx, userId: Id<"users">): Promise<PlanName> {
  const subscriptions = await ctx.runQuery(components.stripe.public.listSubscriptionsByUserId, {
    userId,
  });
  return planFor(subscriptions, env.STRIPE_PRICE_PRO);
}
