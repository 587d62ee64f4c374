/** Changing a subscription at Stripe. Stripe's answer is written at once, without waiting for the webhook. */
import type Stripe from "stripe";
import type { ActionCtx } from "../_generated/server";
import { isRefused } from "./stripe/client";
import { isEnded } from "./plans";
import { readSubscription, type StripeObject } from "./stripe/objects";
import { syncObject, writeAnswer } from "./stripe/sync";

/** Cancels a subscription at the end of its period. One that has ended stays as it is. */
export async function cancelAtPeriodEnd(ctx: ActionCtx, stripe: Stripe, id: string): Promise<void> {
  const found = await syncObject(ctx, stripe, { kind: "subscription", id });
  if (!isOngoing(found) || found.cancelAtPeriodEnd || found.cancelAt !== null) return;
  await change(ctx, stripe, id, { cancel_at_period_end: true });
}

/**
 * Takes back the cancellation of a subscription, however it was set.
 *
 * @returns false when the subscription has ended
 */
export async function resume(ctx: ActionCtx, stripe: Stripe, id: string): Promise<boolean> {
  const found = await syncObject(ctx, stripe, { kind: "subscription", id });
  if (!isOngoing(found)) return false;
  if (found.cancelAtPeriodEnd) {
    return isOngoing(await change(ctx, stripe, id, { cancel_at_period_end: false }));
  }
  // In Stripe's newer billing mode the portal sets the date alone.
  if (found.cancelAt !== null) return isOngoing(await change(ctx, stripe, id, { cancel_at: "" }));
  return true;
}

/** Stripe refuses to change a subscription that has ended since it was read: then its end is written. */
async function change(
  ctx: ActionCtx,
  stripe: Stripe,
  id: string,
  params: Stripe.SubscriptionUpdateParams,
): Promise<StripeObject> {
  try {
    return await writeAnswer(ctx, id, async () =>
      readSubscription(await stripe.subscriptions.update(id, params)),
    );
  } catch (error) {
    if (!isRefused(error)) throw error;
    return await syncObject(ctx, stripe, { kind: "subscription", id });
  }
}

function isOngoing(found: StripeObject): found is Extract<StripeObject, { kind: "subscription" }> {
  return found.kind === "subscription" && !isEnded(found.status);
}
