/**
 * Opening a checkout so that no user can pay twice. A new session is only created when none is open,
 * under an idempotency key that names the newest one (`stripe/attempts.ts`). Two tabs at once therefore
 * get the same session, and so does a click that is repeated because its answer was lost. After one is
 * created they are listed again. Should two be open all the same, every tab keeps the older one and
 * expires the other.
 */
import type Stripe from "stripe";
import * as z from "zod/mini";
import { internal } from "../_generated/api";
import type { ActionCtx } from "../_generated/server";
import { env } from "../lib/env";
import { quaverError } from "../lib/errors";
import { isRefused, notConfigured } from "./stripe/client";
import type { Account } from "./accounts";
import { underKey, withAnotherKey } from "./stripe/attempts";
import { existingOrNewCustomer } from "./customers";
import { blocksCheckout, type PlanName } from "./plans";
import { syncObject } from "./stripe/sync";

/** What is bought, and the front end's address. */
export interface Order {
  plan: PlanName;
  priceId: string;
  siteUrl: string;
}

/** An open checkout: where to send the user. */
export interface OpenCheckout {
  sessionId: string;
  url: string;
}

const openSession = z.object({ id: z.string(), url: z.string() });
const sessionList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      mode: z.nullish(z.string()),
      status: z.nullish(z.string()),
      url: z.nullish(z.string()),
      success_url: z.nullish(z.string()),
      metadata: z.nullish(z.record(z.string(), z.string())),
    }),
  ),
});
type Session = z.infer<typeof sessionList>["data"][number];
const subscriptionList = z.object({
  data: z.array(z.object({ id: z.string(), status: z.string() })),
});

/**
 * What a plan costs, and where Stripe sends users back to: both from the environment alone.
 *
 * @throws `INVALID_ARGUMENT` for a plan that costs nothing, `PAYMENTS_NOT_CONFIGURED`
 */
export function orderOf(plan: PlanName): Order {
  return { plan, priceId: priceIdOf(plan), siteUrl: siteUrl() };
}

/** The Stripe price of a plan. @throws what `orderOf` throws */
export function priceIdOf(plan: PlanName): string {
  if (plan === "free") {
    throw quaverError("INVALID_ARGUMENT", {
      field: "plan",
      message: "The free plan cannot be bought.",
    });
  }
  const priceId = env.STRIPE_PRICE_PRO;
  if (!priceId) throw notConfigured("STRIPE_PRICE_PRO is not set");
  return priceId;
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
 * @throws `ALREADY_SUBSCRIBED`, if Stripe says so now; and what the SDK throws
 */
export async function openCheckout(
  ctx: ActionCtx,
  stripe: Stripe,
  account: Account,
  order: Order,
): Promise<OpenCheckout> {
  const customer = await existingOrNewCustomer(ctx, stripe, account);
  return await withAnotherKey(async () => {
    await refuseSubscribed(ctx, stripe, customer);
    const sessions = await sessionsOf(stripe, customer);
    const open = await keepOnly(ctx, stripe, customer, sessions, order);
    if (open !== null) return open;
    const created = await createSession(ctx, stripe, {
      account,
      customer,
      order,
      newest: sessions[0],
    });
    const now = await sessionsOf(stripe, customer);
    return (await keepOnly(ctx, stripe, customer, now, order)) ?? created;
  });
}

/** The webhook may be late: so Stripe is asked, and its answer is written. */
async function refuseSubscribed(ctx: ActionCtx, stripe: Stripe, customer: string): Promise<void> {
  const { data } = subscriptionList.parse(await stripe.subscriptions.list({ customer }));
  const blocking = data.find(({ status }) => blocksCheckout(status));
  if (blocking === undefined) return;
  await syncObject(ctx, stripe, { kind: "subscription", id: blocking.id });
  throw quaverError("ALREADY_SUBSCRIBED", { status: blocking.status });
}

/** A customer's newest sessions, the newest first; those that are open are among them. */
async function sessionsOf(stripe: Stripe, customer: string): Promise<Session[]> {
  return sessionList.parse(await stripe.checkout.sessions.list({ customer, limit: 10 })).data;
}

/**
 * Of the open sessions, keeps the oldest that matches the order, since its page may be open in a browser, and expires the
 * others, so that no more than one can be paid.
 */
async function keepOnly(
  ctx: ActionCtx,
  stripe: Stripe,
  customer: string,
  sessions: Session[],
  order: Order,
): Promise<OpenCheckout | null> {
  const open = sessions.filter(({ status, mode }) => status === "open" && mode === "subscription");
  const kept = open.findLast((session) => matchesOrder(session, order));
  for (const { id } of open) {
    if (id === kept?.id || (await expireSession(stripe, id))) continue;
    await refuseSubscribed(ctx, stripe, customer); // it may have been paid meanwhile
  }
  return kept?.url ? { sessionId: kept.id, url: kept.url } : null;
}

function matchesOrder(
  { url, success_url, metadata }: Session,
  { priceId, siteUrl }: Order,
): boolean {
  return !!url && metadata?.priceId === priceId && success_url === successUrl(siteUrl);
}

async function createSession(
  ctx: ActionCtx,
  stripe: Stripe,
  request: { account: Account; customer: string; order: Order; newest: Session | undefined },
): Promise<OpenCheckout> {
  const { customer, newest } = request;
  const { userId } = request.account;
  const { plan, priceId, siteUrl } = request.order;
  const name = `quaver-checkout-${customer}-${newest?.id ?? "first"}`;
  const { attempt } = await ctx.runMutation(internal.payments.stripe.attempts.beginAttempt, {
    name,
  });
  const session = {
    mode: "subscription" as const,
    customer,
    line_items: [{ price: priceId, quantity: 1 }],
    success_url: successUrl(siteUrl),
    cancel_url: returnUrl(siteUrl, "cancelled"),
    metadata: { userId, plan, priceId },
    // The subscription's own; Stripe takes payment_intent_data in payment mode alone.
    subscription_data: { metadata: { userId } },
  };
  const { id: sessionId, url } = await underKey(ctx, { name, attempt }, async (idempotencyKey) =>
    openSession.parse(await stripe.checkout.sessions.create(session, { idempotencyKey })),
  );
  return { sessionId, url };
}

/**
 * Expires an open session.
 *
 * @returns false when it was no longer open: paid, or expired by itself
 */
export async function expireSession(stripe: Stripe, sessionId: string): Promise<boolean> {
  try {
    await stripe.checkout.sessions.expire(sessionId);
    return true;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}

function successUrl(siteUrl: string): string {
  return returnUrl(siteUrl, "success", "&session_id={CHECKOUT_SESSION_ID}");
}

/** `…?checkout=success`, added to the query that the URL may have already. */
function returnUrl(siteUrl: string, outcome: string, rest = ""): string {
  const url = new URL(siteUrl);
  url.searchParams.set("checkout", outcome);
  return url.href + rest; // Stripe fills in {CHECKOUT_SESSION_ID}, but only while it isn't escaped
}
