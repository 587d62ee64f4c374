/** `POST /stripe/webhook`: Stripe's events. */
import type Stripe from "stripe";
import { internal } from "../../_generated/api";
import { httpAction, type ActionCtx } from "../../_generated/server";
import { env } from "../../lib/env";
import { logStripeFailure, stripeClient } from "./client";
import { MAX_WEBHOOK_BYTES, readText } from "../../lib/webhooks";
import { readStripeEvent, type StripeEvent } from "./events";
import { syncObject } from "./sync";

/**
 * Answers 200 when the delivery is handled (an event that means nothing here included, and one
 * that was handled before), 400 when it can't be trusted or read, 413 when it is too large, and
 * 500 when this deployment lacks a key, or what changed could not be read from Stripe: then Stripe
 * tries again later, for three days.
 */
export const stripeWebhook = httpAction(async (ctx: ActionCtx, request) => {
  const stripe = stripeClient(0); // Stripe itself tries again
  const secret = env.STRIPE_WEBHOOK_SECRET;
  if (stripe === null || !secret) return unconfigured(stripe === null);
  const body = await readText(request, MAX_WEBHOOK_BYTES);
  if (body === null) return new Response("Payload too large", { status: 413 });
  const payload = await verified(stripe, body, request.headers.get("stripe-signature"), secret);
  if (payload === null) return new Response("Invalid signature", { status: 400 });
  const event = readStripeEvent(payload);
  if (event === null) return new Response("Not a Stripe event", { status: 400 });
  return await handleEvent(ctx, stripe, event);
});

async function handleEvent(ctx: ActionCtx, stripe: Stripe, event: StripeEvent): Promise<Response> {
  const { id: eventId, objects } = event;
  if (objects.length === 0) return new Response(null, { status: 200 });
  if (await ctx.runQuery(internal.payments.stripe.readVersions.isEventHandled, { eventId })) {
    return new Response(null, { status: 200 });
  }
  try {
    for (const object of objects) await syncObject(ctx, stripe, object);
  } catch (error) {
    logStripeFailure(error);
    return new Response("Could not be read from Stripe", { status: 500 });
  }
  await ctx.runMutation(internal.payments.stripe.readVersions.markEventHandled, { eventId });
  return new Response(null, { status: 200 });
}

/** The body as JSON, if Stripe signed it within the last five minutes. */
async function verified(
  stripe: Stripe,
  body: string,
  signature: string | null,
  secret: string,
): Promise<unknown> {
  try {
    return await stripe.webhooks.constructEventAsync(body, signature ?? "", secret);
  } catch {
    return null; // the error's own words hold the unverified body
  }
}

function unconfigured(lacksKey: boolean): Response {
  const name = lacksKey ? "STRIPE_SECRET_KEY" : "STRIPE_WEBHOOK_SECRET";
  console.error(`${name} is not set: webhook deliveries are refused until it is.`);
  return new Response("Webhook not configured", { status: 500 });
}
