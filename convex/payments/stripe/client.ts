/** Stripe's client, from the environment, and what its failures mean for the caller. */
import Stripe from "stripe";
import * as z from "zod/mini";
import { $ZodError } from "zod/v4/core"; // not `z.core.$ZodError`: that bundles all of zod
import { env } from "../../lib/env";
import { quaverError } from "../../lib/errors";

const failure = z.object({ error: z.looseObject({}) });
const ERROR = JSON.stringify({ error: { type: "api_error" } });

const TIMEOUT_MS = 20_000; // Stripe answers within a second or two; an action may take ten minutes
/**
 * The SDK's own repeats of a POST carry the same idempotency key, ours (`attempts.ts`) or else
 * one that it generates for the call: Stripe repeats its first answer. A failure that Stripe has saved
 * then lasts no longer than the call, and each call that has no key of ours may be
 * repeated: expiring a session, changing a subscription, opening the portal. Cancelling and deleting
 * are DELETEs, which have no key.
 */
const MAX_RETRIES = 2;

/**
 * A client for the deployment's Stripe account; null without a key.
 *
 * @param retries - how often the client itself tries again; 0 where the caller is called again
 */
export function stripeClient(retries = MAX_RETRIES): Stripe | null {
  if (!env.STRIPE_SECRET_KEY) return null;
  return new Stripe(env.STRIPE_SECRET_KEY, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: retries,
    telemetry: false,
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- not where Bun's types are, as in the tests: its `fetch` has more to it than a call
    httpClient: Stripe.createFetchHttpClient(fetchAnswer as typeof fetch),
  });
}

/**
 * The SDK takes any answer without an `error` for a success, a 500 whose body is `{}` too: such a
 * failure gets one.
 */
async function fetchAnswer(...request: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...request);
  if (answer.ok) return answer;
  const { status, headers } = answer;
  const text = await answer.text();
  return new Response(saysError(text) ? text : ERROR, { status, headers });
}

function saysError(text: string): boolean {
  try {
    return failure.safeParse(JSON.parse(text)).success;
  } catch {
    return false; // no JSON
  }
}

/** @throws `PAYMENTS_NOT_CONFIGURED` without a key */
export function requireStripe(): Stripe {
  const stripe = stripeClient();
  if (stripe === null) throw notConfigured("STRIPE_SECRET_KEY is not set");
  return stripe;
}

/** The refusal for want of a variable; what is wrong with it is for the operator's log alone. */
export function notConfigured(why: string) {
  console.error(`${why}: payments are off until it is put right.`);
  return quaverError("PAYMENTS_NOT_CONFIGURED");
}

/**
 * Runs calls to Stripe for a user.
 *
 * @throws `PAYMENTS_UNAVAILABLE` for every failure of a call to Stripe; other errors unchanged
 */
export async function askingStripe<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    if (!isStripeFailure(error)) throw error;
    logStripeFailure(error);
    throw quaverError("PAYMENTS_UNAVAILABLE", { retryable: isTransient(error) });
  }
}

/** Is this an answer that Stripe refused, none at all, or one that can't be understood? */
function isStripeFailure(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError || error instanceof $ZodError;
}

/** Can trying again help? Not when the key or the request itself is refused. */
function isTransient(error: unknown): boolean {
  return !(
    error instanceof Stripe.errors.StripeInvalidRequestError ||
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  );
}

/** Tells the operator; without Stripe's own words, which can hold parts of keys and of requests. */
export function logStripeFailure(error: unknown): void {
  if (error instanceof Stripe.errors.StripeError) {
    const { type, code = "", requestId = "" } = error;
    console.error(`Stripe did not do as asked: ${type} ${code} ${requestId}`);
  } else {
    const name = error instanceof Error ? error.name : "something that is no error";
    console.error(`Stripe's answer could not be understood, or not be written: ${name}`);
  }
}

/**
 * Is nothing to be had under this idempotency key any more? Stripe repeats the failure that it has
 * saved under it, or says that it was used with other parameters.
 */
export function isKeySpent(error: unknown): boolean {
  if (error instanceof Stripe.errors.StripeIdempotencyError) return true;
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  return error.headers?.["idempotent-replayed"] === "true";
}

/** Did Stripe say that there is no such thing? */
export function isMissing(error: unknown): boolean {
  return isRefused(error) && error.code === "resource_missing";
}

/** Did Stripe say that it can't be done, or that there is no such thing? */
export function isRefused(
  error: unknown,
): error is InstanceType<typeof Stripe.errors.StripeInvalidRequestError> {
  return error instanceof Stripe.errors.StripeInvalidRequestError;
}
