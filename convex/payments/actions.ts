/**
 * Buying, changing and ending a subscription. Stripe's hosted pages take the money and the cards; their
 * results arrive by webhook. No argument names a price, a customer, a subscription or a URL: they are
 * the caller's own, or the environment's.
 */
import { v } from "convex/values";
import * as z from "zod/mini";
import { internal } from "../_generated/api";
import { env } from "../lib/env";
import { quaverError } from "../lib/errors";
import { userAction } from "../lib/functions";
import { askingStripe, isMissing, requireStripe, stripeClient } from "./stripe/client";
import { openCheckout, orderOf, priceIdOf, siteUrl, type OpenCheckout } from "./checkout";
import { cancelAtPeriodEnd, resume } from "./subscriptions";
import { blocksCheckout, planName } from "./plans";
import { planPrice, readPrice, type PlanPrice } from "./prices";

const portalSession = z.object({ url: z.string() });

/**
 * What a plan costs, before taxes, as Stripe has it now. It is not live.
 *
 * @returns null when that is not a fixed amount per period
 * @throws `INVALID_ARGUMENT` for `free`, `PAYMENTS_NOT_CONFIGURED`, `PAYMENTS_UNAVAILABLE`, `RATE_LIMITED`
 */
export const getPrice = userAction({
  args: { plan: planName },
  returns: v.nullable(planPrice),
  handler: async (ctx, args): Promise<PlanPrice | null> => {
    const stripe = stripeClient();
    if (stripe === null || !env.STRIPE_PRICE_PRO) {
      // Not logged: a deployment may do without payments, and each page that could sell something asks this.
      throw quaverError("PAYMENTS_NOT_CONFIGURED");
    }
    const priceId = priceIdOf(args.plan);
    await ctx.runMutation(internal.payments.prices.beginPriceRead, {});
    return await askingStripe(() => readPrice(stripe, priceId));
  },
});

/**
 * Opens Stripe's checkout page for a plan. Called again before that is paid, it answers the same.
 *
 * @returns the session's id, and the page to send the user to
 * @throws `INVALID_ARGUMENT` for `free`, `ALREADY_SUBSCRIBED`, `PAYMENTS_NOT_CONFIGURED`,
 *   `PAYMENTS_UNAVAILABLE`, `RATE_LIMITED`
 */
export const createCheckoutSession = userAction({
  args: { plan: planName },
  returns: v.object({ sessionId: v.string(), url: v.string() }),
  handler: async (ctx, args): Promise<OpenCheckout> => {
    const stripe = requireStripe();
    const order = orderOf(args.plan);
    const account = await ctx.runMutation(internal.payments.accounts.openAccount, {});
    const blocking = account.subscriptions.find(({ status }) => blocksCheckout(status));
    if (blocking) throw quaverError("ALREADY_SUBSCRIBED", { status: blocking.status });
    return await askingStripe(() => openCheckout(ctx, stripe, account, order));
  },
});

/**
 * Opens Stripe's billing portal: cards, invoices, cancelling.
 *
 * @throws `NOT_FOUND` before the first checkout, `PAYMENTS_NOT_CONFIGURED`,
 *   `PAYMENTS_UNAVAILABLE`, `RATE_LIMITED`
 */
export const createPortalSession = userAction({
  args: {},
  returns: v.object({ url: v.string() }),
  handler: async (ctx): Promise<{ url: string }> => {
    const stripe = requireStripe();
    const return_url = siteUrl();
    const { customerId: customer } = await ctx.runMutation(
      internal.payments.accounts.openAccount,
      {},
    );
    if (customer === null) throw nothingToManage();
    return await askingStripe(async () => {
      try {
        const { billingPortal } = stripe;
        return portalSession.parse(await billingPortal.sessions.create({ customer, return_url }));
      } catch (error) {
        if (isMissing(error)) throw nothingToManage();
        throw error;
      }
    });
  },
});

/**
 * Cancels the caller's subscription at the end of the period that is paid for. Doing it twice changes
 * nothing.
 *
 * @throws `NOT_FOUND` without a subscription, `PAYMENTS_NOT_CONFIGURED`, `PAYMENTS_UNAVAILABLE`,
 *   `RATE_LIMITED`
 */
export const cancelSubscription = userAction({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const stripe = requireStripe();
    const { subscriptions } = await ctx.runMutation(internal.payments.accounts.openAccount, {});
    if (subscriptions.length === 0) throw noSubscription();
    await askingStripe(async () => {
      for (const { id } of subscriptions) await cancelAtPeriodEnd(ctx, stripe, id);
    });
    return null;
  },
});

/**
 * Takes back the cancellation of the caller's subscription. Doing it twice, or to one that was never
 * cancelled, changes nothing.
 *
 * @throws `NOT_FOUND` without a subscription, or when it has ended meanwhile,
 *   `PAYMENTS_NOT_CONFIGURED`, `PAYMENTS_UNAVAILABLE`, `RATE_LIMITED`
 */
export const resumeSubscription = userAction({
  args: {},
  returns: v.null(),
  handler: async (ctx): Promise<null> => {
    const stripe = requireStripe();
    const { subscriptions } = await ctx.runMutation(internal.payments.accounts.openAccount, {});
    const newest = subscriptions[0];
    if (newest === undefined) throw noSubscription();
    const resumed = await askingStripe(() => resume(ctx, stripe, newest.id));
    if (!resumed) throw noSubscription();
    return null;
  },
});

function noSubscription() {
  return quaverError("NOT_FOUND", { message: "You have no subscription." });
}

function nothingToManage() {
  return quaverError("NOT_FOUND", {
    message: "There is nothing to manage before the first checkout.",
  });
}
