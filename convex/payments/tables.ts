/**
 * The app's own tables of payments. What a subscription is, the Stripe component stores (`stripe/component.ts`). The
 * tables here hold what the component does not have, or has no bounded read for: who is which customer, which
 * subscriptions are whose, invoices and payments for lists in pages, usage, and the bookkeeping of webhooks. Nothing is
 * stored in both.
 */
import { defineTable } from "convex/server";
import { v, type Infer } from "convex/values";

/** A line of a user's bills. Amounts are in the currency's smallest unit: cents. */
export const invoiceLine = v.object({
  stripeInvoiceId: v.string(),
  number: v.optional(v.string()), // as printed on it; a draft has none
  status: v.string(), // Stripe's word: draft, open, paid, uncollectible, void
  amountDue: v.number(),
  amountPaid: v.number(),
  currency: v.string(), // three letters, lower case
  hostedInvoiceUrl: v.optional(v.string()), // where it can be seen, and paid while open
  createdAt: v.number(), // ms since the epoch
});

/** A payment that came through, for an invoice or otherwise. */
export const paymentLine = v.object({
  stripePaymentIntentId: v.string(),
  status: v.string(), // Stripe's word; only `succeeded` is kept
  amount: v.number(), // in the currency's smallest unit: cents
  currency: v.string(), // three letters, lower case
  createdAt: v.number(), // ms since the epoch
});

export type InvoiceLine = Infer<typeof invoiceLine>;
export type PaymentLine = Infer<typeof paymentLine>;

const owned = { userId: v.id("users") };

/** For the schema. */
export const paymentTables = {
  /**
   * How much of their plan a user uses, for the plan's limits and for `currentPlan`. A row of its own,
   * because each of a user's live queries reads their row in `users`, and would run again.
   * Written by `projects/store.ts` (through `usage.ts`), in each transaction that changes the count. Deleted with the
   * user's last project: a deleted user leaves none.
   */
  usage: defineTable({
    ...owned,
    projects: v.number(), // in any status; at least 1
    running: v.number(), // of those, the ones that have a running sandbox, or are about to
  }).index("by_user", ["userId"]),

  /**
   * Which Stripe customer a user is: at most one at a time, found by our id alone. (An e-mail
   * address proves nothing: another customer may have had it before.)
   * Written before a user's first checkout, or by the webhook, which may see the customer
   * first; and when Stripe says that the customer was deleted.
   * Deleted when the user's account is, once their subscriptions are cancelled.
   */
  stripeCustomers: defineTable({
    ...owned,
    stripeCustomerId: v.string(),
    deleted: v.optional(v.literal(true)), // at Stripe; the next checkout makes another
  })
    .index("by_user", ["userId"])
    // From Stripe's events to the user.
    .index("by_stripe_id", ["stripeCustomerId"]),

  /**
   * Attempts to create something at Stripe, each under an idempotency key of its own (`stripe/attempts.ts`).
   * Written before the first, and when a key is spent. Deleted with the account, and by a cron a
   * month later.
   */
  stripeAttempts: defineTable({
    ...owned,
    name: v.string(), // of what is to be created: the beginning of the key
    attempt: v.number(), // the number of the present one, from 0
  }).index("by_user", ["userId", "name"]),

  /**
   * Which subscriptions are whose; what they are is the component's.
   * Written with the component's row, in one transaction. Deleted with the account.
   */
  subscriptions: defineTable({
    ...owned,
    stripeSubscriptionId: v.string(),
    ended: v.boolean(), // for good: such a row is never read for a plan
  })
    // A user's subscriptions that may count.
    .index("by_user", ["userId", "ended"])
    .index("by_stripe_id", ["stripeSubscriptionId"]),

  /** A user's invoices. Written by the webhook; read by their owner; deleted with the account. */
  invoices: defineTable(invoiceLine.extend(owned))
    // The owner's list, newest first.
    .index("by_user", ["userId", "createdAt"])
    .index("by_stripe_id", ["stripeInvoiceId"]),

  /** A user's payments. Written by the webhook; read by their owner; deleted with the account. */
  payments: defineTable(paymentLine.extend(owned))
    // The owner's list, newest first.
    .index("by_user", ["userId", "createdAt"])
    .index("by_stripe_id", ["stripePaymentIntentId"]),

  /**
   * Stripe's events that have been dealt with; Stripe delivers each at least once.
   * Written by the webhook, deleted by a cron a month later (`stripe/expiry.ts`).
   */
  stripeEvents: defineTable({ eventId: v.string() }).index("by_event_id", ["eventId"]),

  /**
   * What has been read from Stripe, object by object, so that an answer that was long on its way
   * doesn't overwrite a later one (`stripe/readVersions.ts`). Deleted by a cron when long unused.
   */
  stripeReads: defineTable({
    stripeId: v.string(),
    started: v.number(), // reads begun so far; the number of each is its version
    applied: v.number(), // the version of the latest read that was written; 0 before the first
    touchedAt: v.number(), // ms since the epoch
  })
    .index("by_stripe_id", ["stripeId"])
    .index("by_touched", ["touchedAt"]),
};
