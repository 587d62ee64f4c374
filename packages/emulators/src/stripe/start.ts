import { createHmac } from "node:crypto";
import { keptSecret } from "../shared/data-dir.ts";
import type { WebhookScheme } from "../shared/outbox.ts";
import type { Foundations, Service, ServiceOptions } from "../shared/service.ts";
import { startService } from "../shared/service.ts";
import { stripeApp } from "./app.ts";
import { offer, type PriceOffer } from "./catalogue.ts";
import { forgetOldResults } from "./idempotency.ts";
import { openLedger } from "./ledger.ts";
import { stripeId } from "./rows.ts";

/** See `startStripeEmulator`. */
export interface StripeEmulatorOptions extends ServiceOptions {
  /** The API's key; made at the first start unless given. */
  secretKey?: string | undefined;
  /** What is for sale; one thing named "Pro" unless given. */
  prices?: PriceOffer[] | undefined;
}

/** A running Stripe emulator. */
export interface StripeEmulator extends Service {
  secretKey: string;
  /** The id of each price, by its lookup key; the same after a restart. */
  priceIds: Record<string, string>;
}

const PRO: PriceOffer = {
  lookupKey: "pro",
  name: "Pro",
  unitAmount: 2000,
  currency: "usd",
  interval: "month",
};

/** `stripe-signature`: the time and an HMAC of time and body, by the secret's own characters. */
const STRIPE_SIGNATURE: WebhookScheme = {
  check: () => undefined, // any text is a key
  headers: ({ payload }, secret, at) => {
    const time = String(Math.floor(at.getTime() / 1000));
    const mac = createHmac("sha256", secret).update(`${time}.${payload}`).digest("hex");
    return {
      "user-agent": "Stripe/1.0 (emulator)",
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": `t=${time},v1=${mac}`,
    };
  },
};

/**
 * Starts the Stripe emulator on loopback.
 *
 * @throws EmulatorError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startStripeEmulator(options: StripeEmulatorOptions): Promise<StripeEmulator> {
  const { dataDir, prices = [PRO] } = options;
  let secretKey = options.secretKey ?? "";
  let priceIds: Record<string, string> = {};
  const makeApp = ({ journal, outbox, faults, origins, now }: Foundations, url: string) => {
    secretKey ||= keptSecret(dataDir, "stripe-secret-key", () => stripeId("sk_test"));
    const ledger = openLedger(journal, outbox, now);
    priceIds = offer(ledger, prices);
    forgetOldResults(ledger);
    return Promise.resolve({ app: stripeApp({ ledger, faults, origins, secretKey, url }) });
  };
  const service = await startService("stripe", options, makeApp, STRIPE_SIGNATURE);
  return { ...service, secretKey, priceIds };
}
