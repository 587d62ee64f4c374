/** What was read from Stripe, handed to the Stripe component in the only form it takes: an event. */
import { processEvent } from "@convex-dev/stripe";
import Stripe from "stripe";
import { components } from "../_generated/api";
import type { MutationCtx } from "../_generated/server";
import type { Snapshot } from "./snapshots";

/** An event, as far as the component reads it. */
interface PartialEvent {
  type: Stripe.Event["type"];
  object: Record<string, unknown>;
}

/**
 * Writes a snapshot into the component's tables, in the caller's transaction.
 *
 * @param userId - whose it is. The component knows that from each object's own metadata alone, and
 *   Stripe doesn't hand metadata on to what it makes by itself, such as a renewal's payment.
 */
export async function mirror(
  ctx: MutationCtx,
  snapshot: Snapshot,
  userId: string | null,
): Promise<void> {
  // It asks Stripe only about invoices, for events that name some; none of these does. A mutation
  // could not ask anything.
  const noClient = new Stripe("sk_unused");
  for (const { type, object } of eventsOf(snapshot, userId === null ? {} : { userId })) {
    // The component reads no field of an event that `eventsOf` leaves out.
    const event = { type, data: { object } } as unknown as Stripe.Event;
    await processEvent(ctx, components.stripe, event, noClient);
  }
}

function eventsOf(snapshot: Snapshot, owner: { userId?: string }): PartialEvent[] {
  if (snapshot.kind === "gone") return eventsOfGone(snapshot, owner);
  const metadata = { ...snapshot.metadata, ...owner };
  const base = { id: snapshot.id, metadata };
  switch (snapshot.kind) {
    case "subscription": {
      const price = snapshot.priceId === "" ? null : { id: snapshot.priceId };
      const { quantity, periodEnd: current_period_end } = snapshot;
      const object = {
        ...base,
        customer: snapshot.customerId,
        status: snapshot.status,
        cancel_at_period_end: snapshot.cancelAtPeriodEnd,
        cancel_at: snapshot.cancelAt,
        items: { data: [{ price, quantity, current_period_end }] },
      };
      // `updated` also makes the row where there is none, which `deleted` does not.
      return [{ type: "customer.subscription.updated", object }];
    }
    case "customer":
      // Neither e-mail nor name: nothing here reads them, and the component deletes no customers.
      return [
        { type: "customer.created", object: base },
        { type: "customer.updated", object: base },
      ];
    case "invoice": {
      if (snapshot.customerId === null) return [];
      const subscription_details = { subscription: snapshot.subscriptionId };
      const object = {
        ...base,
        customer: snapshot.customerId,
        parent: { subscription_details },
        status: snapshot.status,
        amount_due: snapshot.amountDue,
        amount_paid: snapshot.amountPaid,
        created: snapshot.createdAt / 1000,
      };
      return [{ type: "invoice.updated", object }];
    }
    case "payment": {
      const { amount, currency, status } = snapshot;
      const created = snapshot.createdAt / 1000;
      const object = { ...base, customer: snapshot.customerId, amount, currency, status, created };
      return status === "succeeded" ? [{ type: "payment_intent.succeeded", object }] : [];
    }
    case "checkout": {
      const { mode, customerId: customer, paymentId: payment_intent } = snapshot;
      const object = { ...base, mode, customer, payment_intent };
      return [{ type: "checkout.session.completed", object }];
    }
  }
}

function eventsOfGone(
  { of, id }: Extract<Snapshot, { kind: "gone" }>,
  owner: { userId?: string },
): PartialEvent[] {
  if (of === "customer") {
    // The component keeps a deleted customer's row, emptied. It is made where there is none, so that it
    // doesn't matter whether there was other news of the customer first.
    return [
      { type: "customer.created", object: { id, metadata: owner } },
      { type: "customer.deleted", object: { id } },
    ];
  }
  if (of !== "subscription") return [];
  return [{ type: "customer.subscription.deleted", object: { id, items: { data: [] } } }];
}
