/**
 * The Stripe component, which stores what subscriptions are: `entitlements.ts` reads them from it.
 *
 * It is written by its own mutations rather than by its `processEvent`, because the contents of events are not used here:
 * the object that an event is about is read from Stripe again (`sync.ts`), and that is written. The component's other
 * tables stay empty. It reads invoices and payments only as one unbounded list, and it stores neither an invoice's number
 * nor its currency nor its URL. So those are tables of the app (`payments/tables.ts`), as is which user is which customer.
 */
import { components } from "../../_generated/api";
import type { Id } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";
import type { StripeObjectOf } from "./objects";

/** Writes a subscription into the component's table, in the caller's transaction. */
export async function storeSubscription(
  ctx: MutationCtx,
  found: StripeObjectOf<"subscription">,
  userId: Id<"users"> | null,
): Promise<void> {
  // Unlike `handleSubscriptionCreated` it also updates a row, and inserts one where there is none.
  await ctx.runMutation(components.stripe.private.handleSubscriptionUpdated, {
    stripeSubscriptionId: found.id,
    stripeCustomerId: found.customerId,
    status: found.status,
    priceId: found.priceId,
    quantity: found.quantity,
    currentPeriodEnd: found.periodEnd,
    cancelAtPeriodEnd: found.cancelAtPeriodEnd,
    ...(found.cancelAt !== null && { cancelAt: found.cancelAt }),
    // The component takes the owner from metadata; Stripe's own may lack it.
    metadata: { ...found.metadata, ...(userId !== null && { userId }) },
  });
}

/** Marks a subscription that Stripe no longer has as ended, in the component's table. */
export async function storeSubscriptionEnd(ctx: MutationCtx, id: string): Promise<void> {
  await ctx.runMutation(components.stripe.private.handleSubscriptionDeleted, {
    stripeSubscriptionId: id,
  });
}
