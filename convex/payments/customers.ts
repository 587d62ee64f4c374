/**
 * A user's customer at Stripe: found by our user's id alone, created before their first checkout, once
 * (`stripe/attempts.ts`).
 *
 * A creation that was answered with a failure may have created a customer all the same. It is found again in two ways: by
 * the next try, which lists the customers created since the first one (Stripe's search may be an hour behind, and is not
 * available in India), and by the webhook's event (`stripe/apply.ts`). The first to be found is kept. If there are two in
 * the end, the other one is deleted.
 */
import type Stripe from "stripe";
import { v } from "convex/values";
import * as z from "zod/mini";
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import {
  internalAction,
  internalQuery,
  type ActionCtx,
  type MutationCtx,
  type QueryCtx,
} from "../_generated/server";
import { internalUserMutation } from "../lib/functions";
import { workpool } from "../lib/workpool";
import { underKey, withAnotherKey } from "./stripe/attempts";
import { isMissing, stripeClient } from "./stripe/client";
import { readCustomer } from "./stripe/objects";
import { syncObject } from "./stripe/sync";

/** In the metadata of each customer that is created here: no other is ever deleted. */
const OURS = { createdBy: "quaver" };
/** Stripe's clock and Convex's may differ. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** Of the customers created since a first try. Of more than that, only the webhook finds one. */
const MAX_LISTED = 1000;

const identified = z.object({ id: z.string().check(z.minLength(1)) });
const customerList = z.array(
  z.object({ id: z.string(), metadata: z.nullish(z.record(z.string(), z.string())) }),
);

/** A user and their customer, as far as it is known here. */
interface KnownCustomer {
  userId: Id<"users">;
  customerId: string | null;
  /** One that was deleted at Stripe. */
  formerCustomerId: string | null;
}

/**
 * The caller's customer at Stripe. A customer that was deleted there (or belongs to another Stripe account) may still
 * have an open session, which can't be paid: so the customer is read first.
 *
 * @throws what the SDK throws
 */
export async function existingOrNewCustomer(
  ctx: ActionCtx,
  stripe: Stripe,
  known: KnownCustomer,
): Promise<string> {
  const { customerId: id } = known;
  if (id === null) return await createCustomer(ctx, stripe, known);
  const found = await syncObject(ctx, stripe, { kind: "customer", id });
  if (found.kind === "customer") return id;
  return await createCustomer(ctx, stripe, { ...known, formerCustomerId: id });
}

async function createCustomer(
  ctx: ActionCtx,
  stripe: Stripe,
  { userId, formerCustomerId }: KnownCustomer,
): Promise<string> {
  const { beginAttempt } = internal.payments.stripe.attempts;
  const name = `quaver-customer-${userId}-${formerCustomerId ?? "first"}`;
  return await withAnotherKey(async () => {
    const { attempt, triedSince } = await ctx.runMutation(beginAttempt, { name });
    const found = triedSince === null ? [] : await createdSince(stripe, userId, triedSince);
    if (found.length === 0) {
      const metadata = { userId, ...OURS };
      const created = await underKey(ctx, { name, attempt }, async (idempotencyKey) =>
        identified.parse(await stripe.customers.create({ metadata }, { idempotencyKey })),
      );
      found.push(created.id);
    }
    return await ctx.runMutation(internal.payments.customers.keepCustomer, { found });
  });
}

/** A user's customers that were created since a time (in ms since the epoch), the oldest first. */
async function createdSince(stripe: Stripe, userId: Id<"users">, since: number): Promise<string[]> {
  const gte = Math.floor((since - CLOCK_SKEW_MS) / 1000);
  const list = stripe.customers.list({ created: { gte }, limit: 100 });
  const all = customerList.parse(await list.autoPagingToArray({ limit: MAX_LISTED }));
  const theirs = all.filter(({ metadata }) => metadata?.userId === userId);
  return theirs.map(({ id }) => id).reverse();
}

/**
 * Stores the caller's customer, unless another one is stored meanwhile.
 *
 * @param found - the ids of those that were created or found at Stripe, at least one, the oldest first
 * @returns the id of the customer that is kept
 */
export const keepCustomer = internalUserMutation({
  args: { found: v.array(v.string()) },
  returns: v.string(),
  handler: async (ctx, { found }) => await storeCustomer(ctx, ctx.user._id, found),
});

/**
 * Stores which customer a user is, and returns it: the first that is stored, by a checkout or by the webhook. Any other
 * was created by a request that was answered with a failure. Its id was never used, so it is deleted.
 */
export async function storeCustomer(
  ctx: MutationCtx,
  userId: Id<"users">,
  found: string[],
): Promise<string> {
  const row = await customerOf(ctx, userId);
  const kept = row && !row.deleted ? row.stripeCustomerId : found[0];
  if (kept === undefined) throw new Error("There is no customer to keep.");
  if (row === null) await ctx.db.insert("stripeCustomers", { userId, stripeCustomerId: kept });
  else if (row.deleted) {
    await ctx.db.replace("stripeCustomers", row._id, { userId, stripeCustomerId: kept });
  }
  const { deleteDuplicateCustomer } = internal.payments.customers;
  for (const stripeCustomerId of found.filter((id) => id !== kept)) {
    await workpool.enqueueAction(ctx, deleteDuplicateCustomer, { stripeCustomerId });
  }
  return kept;
}

/** The Stripe customer that a user is, or was. */
export async function customerOf(
  ctx: QueryCtx,
  userId: Id<"users">,
): Promise<Doc<"stripeCustomers"> | null> {
  return await ctx.db
    .query("stripeCustomers")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
}

/**
 * Deletes a second customer of a user, if it was created here and has never been used. A job: failures
 * are thrown, and it is retried.
 */
export const deleteDuplicateCustomer = internalAction({
  args: { stripeCustomerId: v.string() },
  returns: v.null(),
  handler: async (ctx, { stripeCustomerId }) => {
    const stripe = stripeClient(0);
    if (stripe === null || !(await isUnused(stripe, stripeCustomerId))) return null;
    const isStored = await ctx.runQuery(internal.payments.customers.isCustomerStored, {
      stripeCustomerId,
    });
    if (!isStored) await stripe.customers.del(stripeCustomerId);
    return null;
  },
});

/** Is a user this customer? */
export const isCustomerStored = internalQuery({
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

/** Was this customer created here, and never used? */
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
