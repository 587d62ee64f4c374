/** The way to Stripe: a client from the environment, and what its failures mean for the caller. */
import Stripe from "stripe";
import { $ZodError } from "zod/v4/core"; // not `z.core.$ZodError`: that bundles all of zod
import { env } from "./env";
import { quaverError } from "./errors";

const TIMEOUT_MS = 20_000; // Stripe answers within a second or two; an action may take ten minutes
// Repeats of a POST carry the same idempotency key: what got through the first time is answered again.
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
  });
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
 * Runs calls to Stripe for a person.
 *
 * @throws `PAYMENTS_UNAVAILABLE` for whatever Stripe, or the way there, does wrong; what is thrown
 *   for another reason stays what it is
 */
export async function askingStripe<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    if (!isStripeFailure(error)) throw error;
    logStripeFailure(error);
    throw quaverError("PAYMENTS_UNAVAILABLE", { retryable: isPassing(error) });
  }
}

/** Is this an answer that Stripe refused, none at all, or one that can't be understood? */
function isStripeFailure(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError || error instanceof $ZodError;
}

/** Can trying again help? Not when the key or the request itself is refused. */
function isPassing(error: unknown): boolean {
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
