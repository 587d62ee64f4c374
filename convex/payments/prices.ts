/**
 * What a plan costs, read from Stripe, where it is set. Its checkout page may add taxes, and may convert it to the
 * customer's own currency.
 */
import { literals } from "convex-helpers/validators";
import { v, type Infer } from "convex/values";
import type Stripe from "stripe";
import * as z from "zod/mini";
import { internalUserMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";

const INTERVALS = ["day", "week", "month", "year"] as const;

export const planPrice = v.object({
  amount: v.number(), // in the currency's smallest unit, as Stripe counts: cents
  currency: v.string(), // three letters, lower case
  interval: literals(...INTERVALS), // paid every `intervalCount` of these
  intervalCount: v.number(),
});
/** What is paid, and how often. */
export type PlanPrice = Infer<typeof planPrice>;

const flatPrice = z.object({
  unit_amount: z.int(),
  currency: z.string(),
  recurring: z.object({ interval: z.enum(INTERVALS), interval_count: z.int() }),
});

/** Checks that the caller may ask for a price. @throws `RATE_LIMITED` */
export const beginPriceRead = internalUserMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await checkRateLimit(ctx, "readPrice", ctx.user._id);
    return null;
  },
});

/**
 * Reads a price from Stripe.
 *
 * @returns null for one that is not a fixed amount per period: by usage, in tiers, or of less than a cent
 */
export async function readPrice(stripe: Stripe, priceId: string): Promise<PlanPrice | null> {
  const { success, data } = flatPrice.safeParse(await stripe.prices.retrieve(priceId));
  if (!success) return null;
  const { unit_amount: amount, currency, recurring } = data;
  const { interval, interval_count: intervalCount } = recurring;
  return { amount, currency, interval, intervalCount };
}
