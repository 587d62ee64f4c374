/** Stripe's objects, as far as they are used here, checked as they are read: the SDK checks nothing. */
// `zod/mini` is the same zod in functions that a bundler can leave out: 30 kB instead of 600.
import * as z from "zod/mini";
import { v, type Infer } from "convex/values";
import { literals } from "convex-helpers/validators";
import { invoiceLine, paymentLine } from "../tables";

/** The kinds of objects that are read from Stripe. */
const objectKind = literals("subscription", "customer", "invoice", "payment");

/** A reference to one of Stripe's objects. */
export interface ObjectReference {
  kind: Infer<typeof objectKind>;
  id: string;
}

const metadata = v.record(v.string(), v.string());

/** What a read of Stripe returned. Times are ms since the epoch unless they say otherwise. */
export const stripeObject = v.union(
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
  // Stripe says that there is none (any more).
  v.object({
    kind: v.literal("gone"),
    of: objectKind,
    id: v.string(),
  }),
);

export type StripeObject = Infer<typeof stripeObject>;
/** One kind of them. */
export type StripeObjectOf<K extends StripeObject["kind"]> = Extract<StripeObject, { kind: K }>;

const id = z.string().check(z.minLength(1));
/** A reference: an id, or the whole object where it was expanded. */
const reference = z.pipe(
  z.union([id, z.object({ id })]),
  z.transform((ref) => (typeof ref === "string" ? ref : ref.id)),
);
const optionalReference = z.pipe(
  z.nullish(reference),
  z.transform((ref) => ref ?? null),
);

/**
 * Everyone with access to the Stripe dashboard can write metadata. What can't be a field name in Convex (a
 * leading `$`, anything but printable ASCII) is left out: with it every write would fail.
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

/** @throws when it is no subscription of Stripe's */
export function readSubscription(answer: unknown): StripeObjectOf<"subscription"> {
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

/** Stripe still returns a deleted customer, marked `deleted`. @throws when it is no customer */
export function readCustomer(answer: unknown): StripeObject {
  const found = customerObject.parse(answer);
  if (found.deleted) return { kind: "gone", of: "customer", id: found.id };
  return { kind: "customer", id: found.id, metadata: found.metadata };
}

/** @throws when it is no invoice of Stripe's */
export function readInvoice(answer: unknown): StripeObjectOf<"invoice"> {
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
export function readPayment(answer: unknown): StripeObjectOf<"payment"> {
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
