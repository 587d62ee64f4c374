/** Reading Stripe's objects again, and writing what is found. For actions; see `ordering.ts`. */
import type Stripe from "stripe";
import { internal } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { isMissing } from "../lib/stripe";
import {
  readCheckout,
  readCustomer,
  readInvoice,
  readPayment,
  readSubscription,
  type Snapshot,
  type SnapshotOf,
} from "./snapshots";

/** Something at Stripe that there is news of. */
export interface Subject {
  kind: SnapshotOf<"gone">["of"];
  id: string;
}

/**
 * Reads something from Stripe, and writes what is found.
 *
 * @throws what the SDK throws, when Stripe can't be reached or makes no sense
 */
export async function sync(ctx: ActionCtx, stripe: Stripe, subject: Subject): Promise<Snapshot> {
  return await record(ctx, subject.id, () => read(stripe, subject));
}

/**
 * Writes the answer of a call that reads (or changes, and so reads) one of Stripe's objects, in
 * the order of the calls' beginnings.
 */
export async function record<T extends Snapshot>(
  ctx: ActionCtx,
  stripeId: string,
  call: () => Promise<T>,
): Promise<T> {
  const ticket = await ctx.runMutation(internal.payments.ordering.beginRead, { stripeId });
  const found = await call();
  await ctx.runMutation(internal.payments.store.apply, { ticket, snapshot: found });
  return found;
}

async function read(stripe: Stripe, { kind, id }: Subject): Promise<Snapshot> {
  try {
    switch (kind) {
      case "subscription":
        return readSubscription(await stripe.subscriptions.retrieve(id));
      case "customer":
        return readCustomer(await stripe.customers.retrieve(id));
      case "invoice":
        return readInvoice(await stripe.invoices.retrieve(id));
      case "payment":
        return readPayment(await stripe.paymentIntents.retrieve(id));
      case "checkout":
        return readCheckout(await stripe.checkout.sessions.retrieve(id));
    }
  } catch (error) {
    if (isMissing(error)) return { kind: "gone", of: kind, id };
    throw error;
  }
}
