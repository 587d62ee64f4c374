/**
 * Making something at Stripe once, whatever its answers. A key alone doesn't do that: Stripe saves
 * the first result under an idempotency key, a 500 as well, and repeats it for a day
 * (docs.stripe.com/error-low-level), so that whoever met a failure would meet it all day. Here a key
 * is a name, which all who mean the same thing share, and the number of the attempt, which is kept in
 * a row, so that all tabs agree on it. What holds:
 *
 * - An attempt is given up only when its key is known to be spent: Stripe has repeated a failure, or
 *   says that the key was used with other parameters. A lost answer, a 429 and a 409 (the first
 *   request still goes on) spend nothing: the same key is tried again.
 * - Of one attempt nothing more can come once it is given up, but for what its request had made
 *   before it failed. So whoever goes on to the next attempt has looked for that first.
 * - A call goes on once. The attempt that was given up stays so: the next call begins with the next
 *   key, and no failure lasts.
 *
 * What no key can exclude (a request that goes on although its key is refused to another; a key that
 * Stripe has forgotten in between; what Stripe itself makes good after an incident) comes to two of
 * something. That is settled by `keepOnly` in `checkout.ts` and by `keep` in `accounts.ts`.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import type { ActionCtx, MutationCtx } from "../_generated/server";
import { callerMutation } from "../lib/functions";
import { isKeySpent, logStripeFailure } from "../lib/stripe";

/** Begins, or goes on with, the making of what `name` names. */
export const begin = callerMutation({
  args: { name: v.string() },
  returns: v.object({
    attempt: v.number(),
    triedSince: v.nullable(v.number()), // ms since the epoch; null when nobody has tried before
  }),
  handler: async (ctx, { name }) => {
    const userId = ctx.user._id;
    const row = await attemptsAt(ctx, userId, name);
    if (row !== null) return { attempt: row.attempt, triedSince: row._creationTime };
    await ctx.db.insert("stripeAttempts", { userId, name, attempt: 0 });
    return { attempt: 0, triedSince: null };
  },
});

/** Goes on to the next attempt, unless another tab has done so. */
export const giveUp = callerMutation({
  args: { name: v.string(), attempt: v.number() },
  returns: v.null(),
  handler: async (ctx, { name, attempt }) => {
    const row = await attemptsAt(ctx, ctx.user._id, name);
    if (row?.attempt !== attempt) return null;
    await ctx.db.patch("stripeAttempts", row._id, { attempt: attempt + 1 });
    return null;
  },
});

/**
 * Asks Stripe for something under an attempt's key. If that is spent, the attempt is given up before
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
      await ctx.runMutation(internal.payments.attempts.giveUp, { name, attempt });
    }
    throw error;
  }
}

/**
 * Makes something, and once more if a key turned out to be spent.
 *
 * @param make - looks for what may be there already before it makes anything
 */
export async function withAnotherKey<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!isKeySpent(error)) throw error;
    logStripeFailure(error);
    return await make();
  }
}

async function attemptsAt(ctx: MutationCtx, userId: Id<"users">, name: string) {
  return await ctx.db
    .query("stripeAttempts")
    .withIndex("by_user", (q) => q.eq("userId", userId).eq("name", name))
    .unique();
}
