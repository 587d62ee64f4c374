/**
 * Stripe's objects as they were when they were read: the few fields that anything here has a use
 * for, checked: the SDK checks nothing.
 */
// `zod/mini` is the same zod in functions that a bundler can leave out: 30 kB instead of 600.
import * as z from "zod/mini";
import { v, type Infer } from "convex/values";
import { invoiceLine, paymentLine } from "./tables";

const metadata = v.record(v.string(), v.string());

/** What one read of Stripe found. Times are ms since the epoch unless they say otherwise. */
export const snapshot = v.union(
  v.object({
    kind: v.literal("subscription"),
    id: v.string(),
    customerId: v.string(),
    status: v.string(), // Stripe's word; `plans.ts` says what each means here
    priceId: v.string(), // "" when it has no price
    quantity: v.number(),
    periodEnd: v.number(), // seconds since the epoch, as the component wants it
    cancelAtPeriodEnd: v.boolean(),
    cancelAt: v.nullable(v.number()), // seconds since the epoch
    metadata,
  }),
  v.object({
    kind: v.literal("customer"),
    id: v.string(),
    metadata,
  }),
  invoiceLine.extend({
    kind: v.literal("invoice"),
    id: v.string(),
    customerId: v.nullable(v.string()),
    subscriptionId: v.nullable(v.string()),
    metadata,
  }),
  paymentLine.extend({
    kind: v.literal("payment"),
    id: v.string(),
    customerId: v.nullable(v.string()),
    metadata,
  }),
  v.object({
    kind: v.literal("checkout"),
    id: v.string(),
    customerId: v.nullable(v.string()),
    paymentId: v.nullable(v.string()),
    mode: v.string(),
    metadata,
  }),
  // Stripe says that there is none (any more).
  v.object({
    kind: v.literal("gone"),
    of: v.union(
      v.literal("subscription"),
      v.literal("customer"),
      v.literal("invoice"),
      v.literal("payment"),
      v.literal("checkout"),
    ),
    id: v.string(),
  }),
);

/** See `snapshot`. */
export type Snapshot = Infer<typeof snapshot>;
/** One kind of snapshot. */
export type SnapshotOf<K extends Snapshot["kind"]> = Extract<Snapshot, { kind: K }>;

const id = z.string().check(z.minLength(1));
/** A reference: an id, or the object itself where it was asked for. */
const reference = z.pipe(
  z.union([id, z.object({ id })]),
  z.transform((ref) => (typeof ref === "string" ? ref : ref.id)),
);
const optionalReference = z.pipe(
  z.nullish(reference),
  z.transform((ref) => ref ?? null),
);

/**
 * Metadata is anyone's who has the Stripe dashboard. What can't be a field name in Convex (a
 * leading `$`, anything but printable ASCII) is left out: it would make each write fail for ever.
 */
const cleanMetadata = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((all) =>
    Object.fromEntries(
      Object.entries(all ?? {}).filter(([key]) => /^(?!\$)[ -~]{1,64}$/.test(key)),
    ),
  ),
);

const subscriptionObject = z.object({
  id,
  customer: reference,
  status: z.string(),
  cancel_at_period_end: z.boolean(),
  cancel_at: z.nullish(z.number()),
  metadata: cleanMetadata,
  items: z.object({
    data: z.array(
      z.object({
        current_period_end: z.nullish(z.number()),
        quantity: z.nullish(z.number()),
        price: z.nullish(z.object({ id })),
      }),
    ),
  }),
});

const customerObject = z.object({
  id,
  deleted: z.optional(z.boolean()),
  metadata: cleanMetadata,
});

const invoiceObject = z.object({
  id,
  customer: optionalReference,
  number: z.nullish(z.string()),
  status: z.nullish(z.string()),
  amount_due: z.number(),
  amount_paid: z.number(),
  currency: z.string(),
  hosted_invoice_url: z.nullish(z.string()),
  created: z.number(),
  metadata: cleanMetadata,
  parent: z.nullish(
    z.object({
      subscription_details: z.nullish(
        z.object({ subscription: optionalReference, metadata: cleanMetadata }),
      ),
    }),
  ),
});

const paymentObject = z.object({
  id,
  customer: optionalReference,
  status: z.string(),
  amount: z.number(),
  currency: z.string(),
  created: z.number(),
  metadata: cleanMetadata,
});

const checkoutObject = z.object({
  id,
  customer: optionalReference,
  payment_intent: optionalReference,
  mode: z.string(),
  metadata: cleanMetadata,
});

/** @throws when it is no subscription of Stripe's */
export function readSubscription(answer: unknown): SnapshotOf<"subscription"> {
  const { items, ...found } = subscriptionObject.parse(answer);
  const item = items.data[0];
  return {
    kind: "subscription",
    id: found.id,
    customerId: found.customer,
    status: found.status,
    priceId: item?.price?.id ?? "",
    quantity: item?.quantity ?? 1,
    periodEnd: item?.current_period_end ?? 0,
    cancelAtPeriodEnd: found.cancel_at_period_end,
    cancelAt: found.cancel_at ?? null,
    metadata: found.metadata,
  };
}

/** A deleted customer can still be retrieved, as a husk. @throws when it is no customer */
export function readCustomer(answer: unknown): Snapshot {
  const found = customerObject.parse(answer);
  if (found.deleted) return { kind: "gone", of: "customer", id: found.id };
  return { kind: "customer", id: found.id, metadata: found.metadata };
}

/** @throws when it is no invoice of Stripe's */
export function readInvoice(answer: unknown): SnapshotOf<"invoice"> {
  const found = invoiceObject.parse(answer);
  const details = found.parent?.subscription_details;
  return {
    kind: "invoice",
    id: found.id,
    customerId: found.customer,
    subscriptionId: details?.subscription ?? null,
    stripeInvoiceId: found.id,
    ...(found.number == null ? {} : { number: found.number }),
    status: found.status ?? "draft",
    amountDue: found.amount_due,
    amountPaid: found.amount_paid,
    currency: found.currency,
    ...(found.hosted_invoice_url == null ? {} : { hostedInvoiceUrl: found.hosted_invoice_url }),
    createdAt: found.created * 1000,
    metadata: { ...details?.metadata, ...found.metadata },
  };
}

/** @throws when it is no payment intent of Stripe's */
export function readPayment(answer: unknown): SnapshotOf<"payment"> {
  const { id, customer, created, ...found } = paymentObject.parse(answer);
  return {
    kind: "payment",
    id,
    customerId: customer,
    stripePaymentIntentId: id,
    createdAt: created * 1000,
    ...found,
  };
}

/** @throws when it is no checkout session of Stripe's */
export function readCheckout(answer: unknown): SnapshotOf<"checkout"> {
  const { customer, payment_intent, ...found } = checkoutObject.parse(answer);
  return { kind: "checkout", customerId: customer, paymentId: payment_intent, ...found };
}
