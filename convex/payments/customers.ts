/**
 * A person's customer at Stripe: found by our user's id alone, made before their first checkout,
 * once (`attempts.ts`). A customer whose making was answered with a failure is found again in two
 * ways: by the next try, which lists those made since the first one (Stripe's search may be an hour
 * behind, and is not there for accounts in India), and by the webhook's news of it (`store.ts`).
 * Whichever comes first is kept. If there are two in the end, the other one is deleted.
 */
import type Stripe from "stripe";
import { v } from "convex/values";
import * as z from "zod/mini";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalAction, internalQuery, type ActionCtx } from "../_generated/server";
import { isMissing, stripeClient } from "../lib/stripe";
import type { Account } from "./accounts";
import { underKey, withAnotherKey } from "./attempts";
import { readCustomer } from "./snapshots";
import { sync } from "./sync";

/** In the metadata of each customer that is made here: no other is ever deleted. */
const OURS = { createdBy: "quaver" };
/** Stripe's clock and Convex's may differ. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** Of the customers made since a first try. Beyond that many, the webhook alone tells of one. */
const MAX_LOOKED_AT = 1000;

const identified = z.object({ id: z.string().check(z.minLength(1)) });
const customerList = z.array(
  z.object({ id: z.string(), metadata: z.nullish(z.record(z.string(), z.string())) }),
);

/**
 * The caller's customer. One that was deleted at Stripe (or is of another Stripe account) may still
 * have an open session, which can't be paid: so that is found out first.
 *
 * @throws whatever the SDK throws
 */
export async function livingCustomer(
  ctx: ActionCtx,
  stripe: Stripe,
  account: Account,
): Promise<string> {
  const { customerId: id } = account;
  if (id === null) return await makeCustomer(ctx, stripe, account);
  const found = await sync(ctx, stripe, { kind: "customer", id });
  if (found.kind === "customer") return id;
  return await makeCustomer(ctx, stripe, { ...account, formerCustomerId: id });
}

async function makeCustomer(ctx: ActionCtx, stripe: Stripe, account: Account): Promise<string> {
  const { userId, formerCustomerId } = account;
  const name = `quaver-customer-${userId}-${formerCustomerId ?? "first"}`;
  return await withAnotherKey(async () => {
    const { attempt, triedSince } = await ctx.runMutation(internal.payments.attempts.begin, {
      name,
    });
    const found = triedSince === null ? [] : await madeSince(stripe, userId, triedSince);
    if (found.length === 0) {
      const metadata = { userId, ...OURS };
      const made = await underKey(ctx, { name, attempt }, async (idempotencyKey) =>
        identified.parse(await stripe.customers.create({ metadata }, { idempotencyKey })),
      );
      found.push(made.id);
    }
    return await ctx.runMutation(internal.payments.accounts.keepCustomer, { found });
  });
}

/** A person's customers that were made since a time (in ms since the epoch), the oldest first. */
async function madeSince(stripe: Stripe, userId: Id<"users">, since: number): Promise<string[]> {
  const gte = Math.floor((since - CLOCK_SKEW_MS) / 1000);
  const list = stripe.customers.list({ created: { gte }, limit: 100 });
  const all = customerList.parse(await list.autoPagingToArray({ limit: MAX_LOOKED_AT }));
  const theirs = all.filter(({ metadata }) => metadata?.userId === userId);
  return theirs.map(({ id }) => id).reverse();
}

/**
 * Deletes a customer that somebody has beside their own, if it was made here and nothing has ever
 * hung on it. A job: whatever fails throws, and is tried again.
 */
export const discard = internalAction({
  args: { stripeCustomerId: v.string() },
  returns: v.null(),
  handler: async (ctx, { stripeCustomerId }) => {
    const stripe = stripeClient(0);
    if (stripe === null || !(await isUnused(stripe, stripeCustomerId))) return null;
    const isKept = await ctx.runQuery(internal.payments.customers.isKept, { stripeCustomerId });
    if (!isKept) await stripe.customers.del(stripeCustomerId);
    return null;
  },
});

/** Is this anybody's customer here? */
export const isKept = internalQuery({
  args: { stripeCustomerId: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { stripeCustomerId }) => {
    const row = await ctx.db
      .query("stripeCustomers")
      .withIndex("by_stripe_id", (q) => q.eq("stripeCustomerId", stripeCustomerId))
      .unique();
    return row !== null;
  },
});

/** Is this a customer made here, on whom nothing has ever hung? */
async function isUnused(stripe: Stripe, customer: string): Promise<boolean> {
  const found = await retrieve(stripe, customer);
  if (found?.kind !== "customer" || found.metadata.createdBy !== OURS.createdBy) return false;
  const lists = await Promise.all([
    stripe.checkout.sessions.list({ customer, limit: 1 }),
    stripe.subscriptions.list({ customer, status: "all", limit: 1 }),
    stripe.invoices.list({ customer, limit: 1 }),
  ]);
  return lists.every(({ data }) => data.length === 0);
}

async function retrieve(stripe: Stripe, id: string) {
  try {
    return readCustomer(await stripe.customers.retrieve(id));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
