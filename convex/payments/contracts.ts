/** Changing a subscription at Stripe. What Stripe answers is written at once, webhook or not. */
import type Stripe from "stripe";
import type { ActionCtx } from "../_generated/server";
import { isRefused } from "../lib/stripe";
import { isEnded } from "./plans";
import { readSubscription, type Snapshot } from "./snapshots";
import { record, sync } from "./sync";

/** Has a subscription end with its period. One that is over already stays so. */
export async function endWithPeriod(ctx: ActionCtx, stripe: Stripe, id: string): Promise<void> {
  const found = await sync(ctx, stripe, { kind: "subscription", id });
  if (!isOngoing(found) || found.cancelAtPeriodEnd || found.cancelAt !== null) return;
  await change(ctx, stripe, id, { cancel_at_period_end: true });
}

/**
 * Takes a subscription's end back, however that was set.
 *
 * @returns whether it goes on: false when it is over
 */
export async function goOn(ctx: ActionCtx, stripe: Stripe, id: string): Promise<boolean> {
  const found = await sync(ctx, stripe, { kind: "subscription", id });
  if (!isOngoing(found)) return false;
  if (found.cancelAtPeriodEnd) {
    return isOngoing(await change(ctx, stripe, id, { cancel_at_period_end: false }));
  }
  // In Stripe's newer billing mode the portal sets the date alone.
  if (found.cancelAt !== null) return isOngoing(await change(ctx, stripe, id, { cancel_at: "" }));
  return true;
}

/** Stripe refuses to change what has ended since it was looked at: then that is written. */
async function change(
  ctx: ActionCtx,
  stripe: Stripe,
  id: string,
  params: Stripe.SubscriptionUpdateParams,
): Promise<Snapshot> {
  try {
    return await record(ctx, id, async () =>
      readSubscription(await stripe.subscriptions.update(id, params)),
    );
  } catch (error) {
    if (!isRefused(error)) throw error;
    return await sync(ctx, stripe, { kind: "subscription", id });
  }
}

function isOngoing(found: Snapshot): found is Extract<Snapshot, { kind: "subscription" }> {
  return found.kind === "subscription" && !isEnded(found.status);
}
