/** What a user has, may do, and has paid. */
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { env } from "../lib/env";
import { userQuery, optionalUserQuery } from "../lib/functions";
import { boundedPage, emptyPage } from "../lib/reading";
import { planSubscription, subscriptionsOf, type Subscription } from "./entitlements";
import { planFor, planName, PLANS } from "./plans";
import { invoiceLine, paymentLine, type InvoiceLine, type PaymentLine } from "./tables";
import { usageOf } from "./usage";

/** The most lines in a list: eight years of monthly bills. For more, read in pages. */
const MAX_LISTED = 100;

const currentSubscription = v.object({
  status: v.string(), // Stripe's word; `plans.ts` says what each means here
  currentPeriodEnd: v.number(), // ms since the epoch: when it renews, or ends
  cancelAtPeriodEnd: v.boolean(),
});

/**
 * The caller's plan, what it allows, how much of that is used, and the subscription it rests on
 * (one that is not paid for is shown too: the portal can put it right). More may be used than the
 * plan allows, after it has become a smaller one.
 *
 * @returns among the rest the subscription's `status`, in Stripe's word, and `currentPeriodEnd`,
 *   in ms since the epoch: when it renews, or ends
 */
export const currentPlan = userQuery({
  args: {},
  returns: v.object({
    plan: planName,
    limits: v.object({ maxProjects: v.number() }),
    usage: v.object({ projects: v.number() }),
    subscription: v.nullable(currentSubscription),
  }),
  handler: async (ctx) => {
    const subscriptions = await subscriptionsOf(ctx, ctx.user._id);
    const plan = planFor(subscriptions, env.STRIPE_PRICE_PRO);
    const subscription = toPublic(planSubscription(subscriptions));
    const { projects } = await usageOf(ctx, ctx.user._id);
    return { plan, limits: PLANS[plan], usage: { projects }, subscription };
  },
});

/** The caller's invoices, newest first, at most 100. Empty while signed out. */
export const listInvoices = optionalUserQuery({
  args: {},
  returns: v.array(invoiceLine),
  handler: async (ctx) => {
    if (ctx.user === null) return [];
    return (await invoicesOf(ctx, ctx.user).take(MAX_LISTED)).map(toInvoiceLine);
  },
});

/** The caller's invoices, newest first, in pages. Empty while signed out. */
export const pageInvoices = optionalUserQuery({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(invoiceLine),
  handler: async (ctx, args) => {
    if (ctx.user === null) return emptyPage();
    const result = await invoicesOf(ctx, ctx.user).paginate(boundedPage(args.paginationOpts));
    return { ...result, page: result.page.map(toInvoiceLine) };
  },
});

/** The caller's payments, newest first, at most 100. Empty while signed out. */
export const listPayments = optionalUserQuery({
  args: {},
  returns: v.array(paymentLine),
  handler: async (ctx) => {
    if (ctx.user === null) return [];
    return (await paymentsOf(ctx, ctx.user).take(MAX_LISTED)).map(toPaymentLine);
  },
});

/** The caller's payments, newest first, in pages. Empty while signed out. */
export const pagePayments = optionalUserQuery({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(paymentLine),
  handler: async (ctx, args) => {
    if (ctx.user === null) return emptyPage();
    const result = await paymentsOf(ctx, ctx.user).paginate(boundedPage(args.paginationOpts));
    return { ...result, page: result.page.map(toPaymentLine) };
  },
});

function invoicesOf(ctx: QueryCtx, user: Doc<"users">) {
  return ctx.db
    .query("invoices")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .order("desc");
}

function paymentsOf(ctx: QueryCtx, user: Doc<"users">) {
  return ctx.db
    .query("payments")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .order("desc");
}

function toPublic(subscription: Subscription | null): Infer<typeof currentSubscription> | null {
  if (subscription === null) return null;
  const { status, currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  return { status, currentPeriodEnd: currentPeriodEnd * 1000, cancelAtPeriodEnd };
}

function toInvoiceLine({ _id, _creationTime, userId: _, ...line }: Doc<"invoices">): InvoiceLine {
  return line;
}

function toPaymentLine({ _id, _creationTime, userId: _, ...line }: Doc<"payments">): PaymentLine {
  return line;
}
