/**
 * Creating something at Stripe exactly once. An idempotency key alone doesn't do that: Stripe saves the first result under
 * a key, a 500 as well, and repeats it for a day (docs.stripe.com/error-low-level), so that one failure would last all day.
 * Here a key is a name, the same for all calls that mean the same thing, and the number of the attempt, which is kept in a
 * row, so that all tabs use the same one.
 *
 * - An attempt is given up only when its key is spent: Stripe has repeated a failure, or says that the key was used with
 *   other parameters. A lost answer, a 429 and a 409 (the first request is still running) don't spend a key: it is used
 *   again.
 * - A request may have created something before it failed. So before the next attempt, the caller looks for it at Stripe.
 * - A call makes one more attempt at the most. The next call begins with the next key, so that no failure lasts.
 *
 * Keys can't exclude everything (a request that still runs while its key is refused to another; a key that Stripe has
 * forgotten meanwhile; what Stripe itself repairs after an incident). Then there may be two of something: `keepOnly` in
 * `checkout.ts` and `storeCustomer` in `customers.ts` end one of them.
 */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx, MutationCtx } from "../../_generated/server";
import { internalUserMutation } from "../../lib/functions";
import { isKeySpent, logStripeFailure } from "./client";

/** Begins an attempt to create what `name` names, or continues the present one. */
export const beginAttempt = internalUserMutation({
  args: { name: v.string() },
  returns: v.object({
    attempt: v.number(),
    triedSince: v.nullable(v.number()), // ms since the epoch; null when this is the first
  }),
  handler: async (ctx, { name }) => {
    const userId = ctx.user._id;
    const row = await attemptRow(ctx, userId, name);
    if (row !== null) return { attempt: row.attempt, triedSince: row._creationTime };
    await ctx.db.insert("stripeAttempts", { userId, name, attempt: 0 });
    return { attempt: 0, triedSince: null };
  },
});

/** Goes on to the next attempt, unless another call has done so. */
export const giveUpAttempt = internalUserMutation({
  args: { name: v.string(), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, { name, attempt }) => {
    const row = await attemptRow(ctx, ctx.user._id, name);
    if (row?.attempt !== attempt) return null;
    await ctx.db.patch("stripeAttempts", row._id, { attempt: attempt + 1 });
    return null;
  },
});

/**
 * Creates something under an attempt's key. If that is spent, the attempt is given up before
 * the error is thrown on.
 *
 * @param create - makes the request with the key it is given
 */
export async function underKey<T>(
  ctx: ActionCtx,
  { name, attempt }: { name: string; attempt: number },
  create: (idempotencyKey: string) => Promise<T>,
): Promise<T> {
  try {
    return await create(attempt === 0 ? name : `${name}-${String(attempt)}`);
  } catch (error) {
    if (isKeySpent(error)) {
      await ctx.runMutation(internal.payments.stripe.attempts.giveUpAttempt, { name, attempt });
    }
    throw error;
  }
}

/**
 * Runs `create`, and once more if a key turned out to be spent.
 *
 * @param create - looks for what an earlier attempt may have created before it creates anything
 */
export async function withAnotherKey<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!isKeySpent(error)) throw error;
    logStripeFailure(error);
    return await create();
  }
}

async function attemptRow(ctx: MutationCtx, userId: Id<"users">, name: string) {
  return await ctx.db
    .query("stripeAttempts")
    .withIndex("by_user", (q) => q.eq("userId", userId).eq("name", name))
    .unique();
}
