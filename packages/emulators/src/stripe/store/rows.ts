import { randomBytes } from "node:crypto";
import { z } from "zod";

/** An id in Stripe's format: a prefix that names the kind, and 24 characters. */
export function stripeId(prefix: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const letters = [...randomBytes(24)].map((byte) => alphabet[byte % alphabet.length] ?? "0");
  return `${prefix}_${letters.join("")}`;
}

const id = z.string();
const seconds = z.int(); // epoch seconds, as everywhere at Stripe
const metadata = z.record(z.string(), z.string());

export const productSchema = z.object({ id, name: z.string(), created: seconds });

export const priceSchema = z.object({
  id,
  product: z.string(),
  /** `lookup_key`: the name by which callers find the price. */
  lookupKey: z.string(),
  /** In the currency's smallest unit: cents. */
  unitAmount: z.int(),
  currency: z.string(),
  interval: z.enum(["month", "year"]),
  created: seconds,
});

export const customerSchema = z.object({
  id,
  email: z.string().nullable(),
  name: z.string().nullable(),
  metadata,
  /** Whether charges succeed: stands for Stripe's test cards 4242 and 0341. */
  card: z.enum(["works", "declines"]),
  created: seconds,
  /** A deleted customer can still be retrieved, as `{id, deleted: true}`. */
  deleted: z.boolean(),
});

export const sessionSchema = z.object({
  id,
  customer: z.string().nullable(),
  customerEmail: z.string().nullable(),
  mode: z.enum(["subscription", "payment"]),
  price: z.string(),
  quantity: z.int(),
  status: z.enum(["open", "complete", "expired"]),
  successUrl: z.string(),
  cancelUrl: z.string().nullable(),
  clientReferenceId: z.string().nullable(),
  metadata,
  /** The metadata of the subscription, or the payment intent, that the session creates. */
  resultMetadata: metadata,
  subscription: z.string().nullable(),
  invoice: z.string().nullable(),
  paymentIntent: z.string().nullable(),
  created: seconds,
  expiresAt: seconds,
});

/** Stripe's statuses of a subscription. */
export const subscriptionStatus = z.enum([
  "incomplete",
  "incomplete_expired",
  "trialing",
  "active",
  "past_due",
  "canceled",
  "unpaid",
  "paused",
]);

export const subscriptionSchema = z.object({
  id,
  item: z.string(),
  customer: z.string(),
  price: z.string(),
  quantity: z.int(),
  status: subscriptionStatus,
  metadata,
  created: seconds,
  periodStart: seconds,
  periodEnd: seconds,
  cancelAtPeriodEnd: z.boolean(),
  canceledAt: seconds.nullable(),
  endedAt: seconds.nullable(),
  latestInvoice: z.string().nullable(),
});

export const invoiceSchema = z.object({
  id,
  number: z.string(),
  customer: z.string(),
  subscription: z.string(),
  /** As of the invoice's creation. */
  subscriptionMetadata: metadata,
  status: z.enum(["draft", "open", "paid", "uncollectible", "void"]),
  amount: z.int(),
  currency: z.string(),
  reason: z.enum(["subscription_create", "subscription_cycle"]),
  attempts: z.int(),
  created: seconds,
  periodStart: seconds,
  periodEnd: seconds,
});

export const paymentIntentSchema = z.object({
  id,
  customer: z.string().nullable(),
  amount: z.int(),
  currency: z.string(),
  status: z.enum(["succeeded", "requires_payment_method"]),
  metadata,
  created: seconds,
});

export const portalSchema = z.object({
  id,
  customer: z.string(),
  returnUrl: z.string().nullable(),
  created: seconds,
});

/** The saved result of an idempotency key: the answer, which may be an error. */
export const savedResultSchema = z.object({
  key: z.string(),
  /** Of the request's method, path and parameters. */
  fingerprint: z.string(),
  status: z.int().default(200),
  body: z.unknown(),
  /** The id of the request that was executed: `original-request`. */
  requestId: z.string().default(""),
  created: seconds,
});

export type Price = z.infer<typeof priceSchema>;
export type Customer = z.infer<typeof customerSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Subscription = z.infer<typeof subscriptionSchema>;
export type SubscriptionStatus = z.infer<typeof subscriptionStatus>;
export type Invoice = z.infer<typeof invoiceSchema>;
export type PaymentIntent = z.infer<typeof paymentIntentSchema>;
export type Portal = z.infer<typeof portalSchema>;
export type SavedResult = z.infer<typeof savedResultSchema>;
