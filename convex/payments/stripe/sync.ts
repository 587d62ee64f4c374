/** Reading Stripe's objects again, and writing what was read. For actions. */
import type Stripe from "stripe";
import { internal } from "../../_generated/api";
import type { ActionCtx } from "../../_generated/server";
import { isMissing } from "./client";
import {
  readCustomer,
  readInvoice,
  readPayment,
  readSubscription,
  type ObjectReference,
  type StripeObject,
} from "./objects";

/**
 * Reads an object from Stripe, and writes what was read.
 *
 * @throws what the SDK throws, when Stripe does not answer or its answer can't be understood
 */
export async function syncObject(
  ctx: ActionCtx,
  stripe: Stripe,
  object: ObjectReference,
): Promise<StripeObject> {
  return await writeAnswer(ctx, object.id, () => read(stripe, object));
}

/**
 * Writes the answer of a call that reads one of Stripe's objects (or changes, and so reads it), unless the answer of a
 * call that began later has been written (`readVersions.ts`).
 */
export async function writeAnswer<T extends StripeObject>(
  ctx: ActionCtx,
  stripeId: string,
  call: () => Promise<T>,
): Promise<T> {
  const { beginStripeRead } = internal.payments.stripe.readVersions;
  const readVersion = await ctx.runMutation(beginStripeRead, { stripeId });
  const object = await call();
  await ctx.runMutation(internal.payments.stripe.apply.applyObject, { readVersion, object });
  return object;
}

async function read(stripe: Stripe, { kind, id }: ObjectReference): Promise<StripeObject> {
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
    }
  } catch (error) {
    if (isMissing(error)) return { kind: "gone", of: kind, id };
    throw error;
  }
}
