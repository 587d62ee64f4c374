/**
 * Ending what a deleted user pays: no subscription outlives its owner. Every step may be repeated;
 * failures are thrown, and the job that runs it is retried.
 */
import type Stripe from "stripe";
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import {
  internalAction,
  internalMutation,
  internalQuery,
  type MutationCtx,
} from "../_generated/server";
import { isMissing, stripeClient } from "./stripe/client";
import { expireSession } from "./checkout";
import { customerOf } from "./customers";
import { readSubscription } from "./stripe/objects";
import { writeAnswer } from "./stripe/sync";

/** Of a user's subscriptions and open checkouts, at one go; one of each is usual. */
const MAX_AT_ONCE = 1000;
/** Rows deleted per transaction, of each table; all are small. */
const ROWS_PER_BATCH = 200;

/**
 * Cancels the subscriptions of a deleted user at once, expires their open checkouts, and deletes their
 * rows here. Without a Stripe key there is nothing to cancel, and nothing is done.
 *
 * @param userId - of a row that may be deleted
 * @throws when Stripe can't be reached or does not do as asked: the caller runs it again
 */
export const cancelSubscriptionsOfUser = internalAction({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const stripe = stripeClient(0);
    if (stripe === null) return null;
    const customer = await ctx.runQuery(internal.payments.cancellation.getCustomerId, { userId });
    if (customer !== null) {
      // Checkouts first: one that is paid a moment before is a subscription by then.
      for (const id of await openCheckoutsOf(stripe, customer)) await expireSession(stripe, id);
      for (const id of await runningSubscriptionsOf(stripe, customer)) {
        await writeAnswer(ctx, id, () => cancel(stripe, id));
      }
    }
    await ctx.runMutation(internal.payments.cancellation.deletePaymentRows, { userId });
    return null;
  },
});

/** Cancels a subscription that was paid for after its user was deleted. Throws as above. */
export const cancelSubscriptionOfDeleted = internalAction({
  args: { stripeSubscriptionId: v.string() },
  returns: v.null(),
  handler: async (ctx, { stripeSubscriptionId: id }) => {
    const stripe = stripeClient(0);
    if (stripe !== null) await writeAnswer(ctx, id, () => cancel(stripe, id));
    return null;
  },
});

/** The Stripe customer that a user is, or was. */
export const getCustomerId = internalQuery({
  args: { userId: v.id("users") },
  returns: v.nullable(v.string()),
  handler: async (ctx, { userId }) => (await customerOf(ctx, userId))?.stripeCustomerId ?? null,
});

/** Deletes a deleted user's rows, some at a time, and schedules itself again while there are more. */
export const deletePaymentRows = internalMutation({
  args: { userId: v.id("users") },
  returns: v.null(),
  handler: async (ctx, { userId }) => {
    const [subscriptions, invoices, payments, attempts] = await rowsOf(ctx, userId);
    for (const { _id } of subscriptions) await ctx.db.delete("subscriptions", _id);
    for (const { _id } of invoices) await ctx.db.delete("invoices", _id);
    for (const { _id } of payments) await ctx.db.delete("payments", _id);
    for (const { _id } of attempts) await ctx.db.delete("stripeAttempts", _id);
    if ([subscriptions, invoices, payments, attempts].some(({ length }) => length > 0)) {
      await ctx.scheduler.runAfter(0, internal.payments.cancellation.deletePaymentRows, { userId });
      return null;
    }
    const customer = await customerOf(ctx, userId);
    if (customer !== null) await ctx.db.delete("stripeCustomers", customer._id);
    return null;
  },
});

async function openCheckoutsOf(stripe: Stripe, customer: string): Promise<string[]> {
  const sessions = stripe.checkout.sessions.list({ customer, status: "open", limit: 100 });
  return await idsOf(sessions);
}

async function runningSubscriptionsOf(stripe: Stripe, customer: string): Promise<string[]> {
  return await idsOf(stripe.subscriptions.list({ customer, limit: 100 }));
}

/** A customer that Stripe doesn't know has none. A list that can't be understood throws. */
async function idsOf(list: Stripe.ApiListPromise<{ id: string }>): Promise<string[]> {
  try {
    const all = await list.autoPagingToArray({ limit: MAX_AT_ONCE });
    return all.map(({ id }) => id);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function cancel(stripe: Stripe, id: string) {
  try {
    return readSubscription(await stripe.subscriptions.cancel(id));
  } catch (error) {
    // Stripe's answer to cancelling what is cancelled.
    if (isMissing(error)) return { kind: "gone" as const, of: "subscription" as const, id };
    throw error;
  }
}

async function rowsOf(ctx: MutationCtx, userId: Id<"users">) {
  const { db } = ctx;
  return await Promise.all([
    db
      .query("subscriptions")
      .withIndex("by_user", (q) => q.eq("userId", userId))
      .take(ROWS_PER_BATCH),
    db
      .query("invoices")
      .withIndex("by_user", (q) => q.eq("userId", userId))
      .take(ROWS_PER_BATCH),
    db
      .query("payments")
      .withIndex("by_user", (q) => q.eq("userId", userId))
      .take(ROWS_PER_BATCH),
    db
      .query("stripeAttempts")
      .withIndex("by_user", (q) => q.eq("userId", userId))
      .take(ROWS_PER_BATCH),
  ]);
}
