/**
 * Opening a checkout so that nobody can pay twice. A person's sessions form a chain: a new one is
 * only made when the newest is no longer open, under an idempotency key that names that newest one.
 * Two tabs at once therefore get the same session, and so does a click that is repeated because
 * its answer was lost.
 */
import type Stripe from "stripe";
import * as z from "zod/mini";
import { internal } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { env } from "../lib/env";
import { quaverError } from "../lib/errors";
import { isRefused, notConfigured } from "../lib/stripe";
import type { Account } from "./accounts";
import { isUnderContract, type PlanName } from "./plans";
import { sync } from "./sync";

/** What is bought, and where the front end is. */
export interface Order {
  plan: PlanName;
  priceId: string;
  siteUrl: string;
}

/** An open checkout: where to send the person. */
export interface OpenCheckout {
  sessionId: string;
  url: string;
}

const identified = z.object({ id: z.string().check(z.minLength(1)) });
const openSession = z.object({ id: z.string(), url: z.string() });
const newestSession = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      status: z.nullish(z.string()),
      url: z.nullish(z.string()),
      success_url: z.nullish(z.string()),
      metadata: z.nullish(z.record(z.string(), z.string())),
    }),
  ),
});
const subscriptionList = z.object({
  data: z.array(z.object({ id: z.string(), status: z.string() })),
});

/**
 * What a plan costs, and where Stripe sends people back to: both from the environment alone.
 *
 * @throws `INVALID_ARGUMENT` for a plan that costs nothing, `PAYMENTS_NOT_CONFIGURED`
 */
export function orderOf(plan: PlanName): Order {
  if (plan === "free") {
    throw quaverError("INVALID_ARGUMENT", { field: "plan", message: "This plan costs nothing." });
  }
  const priceId = env.STRIPE_PRICE_PRO;
  if (!priceId) throw notConfigured("STRIPE_PRICE_PRO is not set");
  return { plan, priceId, siteUrl: siteUrl() };
}

/** The front end's address. @throws `PAYMENTS_NOT_CONFIGURED` when it is missing or no address */
export function siteUrl(): string {
  const url = env.SITE_URL ?? "";
  if (!/^https?:\/\/[^/?#\s]+/.test(url) || !URL.canParse(url)) {
    throw notConfigured("SITE_URL is not a web address");
  }
  return url;
}

/**
 * Opens a checkout for the caller, or finds the one that is open.
 *
 * @throws `ALREADY_SUBSCRIBED`, by what Stripe says now; and whatever the SDK throws
 */
export async function openCheckout(
  ctx: ActionCtx,
  stripe: Stripe,
  account: Account,
  order: Order,
): Promise<OpenCheckout> {
  const customer = await livingCustomer(ctx, stripe, account);
  await refuseSubscribed(ctx, stripe, customer);
  return await sessionFor(stripe, account, customer, order);
}

/**
 * The caller's customer. One that was deleted at Stripe (or is of another Stripe account) may still
 * have an open session, which can't be paid: so that is found out first.
 */
async function livingCustomer(ctx: ActionCtx, stripe: Stripe, account: Account): Promise<string> {
  const { customerId: id } = account;
  if (id === null) return await makeCustomer(ctx, stripe, account);
  const found = await sync(ctx, stripe, { kind: "customer", id });
  if (found.kind === "customer") return id;
  return await makeCustomer(ctx, stripe, { ...account, formerCustomerId: id });
}

/** The key makes the same customer of two tabs' calls, and of one whose answer was lost. */
async function makeCustomer(ctx: ActionCtx, stripe: Stripe, account: Account): Promise<string> {
  const { userId, formerCustomerId } = account;
  const idempotencyKey = `quaver-customer-${userId}-${formerCustomerId ?? "first"}`;
  const answer = await stripe.customers.create({ metadata: { userId } }, { idempotencyKey });
  const stripeCustomerId = identified.parse(answer).id;
  return await ctx.runMutation(internal.payments.accounts.keepCustomer, { stripeCustomerId });
}

/** The webhook may be late: Stripe itself is asked, and what it says is written. */
async function refuseSubscribed(ctx: ActionCtx, stripe: Stripe, customer: string): Promise<void> {
  const { data } = subscriptionList.parse(await stripe.subscriptions.list({ customer }));
  const contract = data.find(({ status }) => isUnderContract(status));
  if (contract === undefined) return;
  await sync(ctx, stripe, { kind: "subscription", id: contract.id });
  throw quaverError("ALREADY_SUBSCRIBED", { status: contract.status });
}

async function sessionFor(
  stripe: Stripe,
  { userId }: Account,
  customer: string,
  { plan, priceId, siteUrl }: Order,
): Promise<OpenCheckout> {
  const successUrl = returnUrl(siteUrl, "success", "&session_id={CHECKOUT_SESSION_ID}");
  const newest = newestSession.parse(await stripe.checkout.sessions.list({ customer, limit: 1 }))
    .data[0];
  if (newest?.status === "open") {
    const same = newest.metadata?.priceId === priceId && newest.success_url === successUrl;
    if (same && newest.url) return { sessionId: newest.id, url: newest.url };
    await expire(stripe, newest.id);
  }
  const session = await stripe.checkout.sessions.create(
    {
      mode: "subscription",
      customer,
      line_items: [{ price: priceId, quantity: 1 }],
      success_url: successUrl,
      cancel_url: returnUrl(siteUrl, "cancelled"),
      metadata: { userId, plan, priceId },
      // The subscription's own; Stripe takes payment_intent_data in payment mode alone.
      subscription_data: { metadata: { userId } },
    },
    { idempotencyKey: `quaver-checkout-${customer}-${priceId}-${newest?.id ?? "first"}` },
  );
  const { id: sessionId, url } = openSession.parse(session);
  return { sessionId, url };
}

/** Ends an open session. One that was paid or expired meanwhile is no longer open either. */
export async function expire(stripe: Stripe, sessionId: string): Promise<void> {
  try {
    // Read, to be sure: the SDK takes a failure without words for an empty answer.
    identified.parse(await stripe.checkout.sessions.expire(sessionId));
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

/** `…?checkout=success`, whatever query the address has already. */
function returnUrl(siteUrl: string, outcome: string, rest = ""): string {
  const url = new URL(siteUrl);
  url.searchParams.set("checkout", outcome);
  return url.href + rest; // Stripe fills in {CHECKOUT_SESSION_ID}, but only while it isn't escaped
}
