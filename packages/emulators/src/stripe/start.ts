import { createHmac } from "node:crypto";
import { persistedSecret } from "../shared/data-dir.ts";
import type { WebhookSigner } from "../shared/outbox.ts";
import type { EmulatorContext, Emulator, EmulatorOptions } from "../shared/emulator.ts";
import { startEmulator } from "../shared/emulator.ts";
import { stripeApp } from "./app.ts";
import { ensurePrices, type PriceOffer } from "./store/prices.ts";
import { deleteExpiredResults } from "./api/idempotency.ts";
import { openStripeStore } from "./store/store.ts";
import { stripeId } from "./store/rows.ts";

/** How to start a Stripe emulator. */
export interface StripeEmulatorOptions extends EmulatorOptions {
  /** The API's key; generated at the first start unless given. */
  secretKey?: string | undefined;
  /** The prices; one of a product named "Pro" unless given. */
  prices?: PriceOffer[] | undefined;
}

/** A running Stripe emulator. */
export interface StripeEmulator extends Emulator {
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

/** `stripe-signature`: the time, and an HMAC of the time and the body, whose key is the secret as text. */
const STRIPE_SIGNER: WebhookSigner = {
  check: () => undefined, // any text can be a key
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
  const makeApp = ({ journal, outbox, faults, origins, now }: EmulatorContext, url: string) => {
    secretKey ||= persistedSecret(dataDir, "stripe-secret-key", () => stripeId("sk_test"));
    const store = openStripeStore(journal, outbox, now);
    priceIds = ensurePrices(store, prices);
    deleteExpiredResults(store);
    return Promise.resolve({ app: stripeApp({ store, faults, origins, secretKey, url }) });
  };
  const emulator = await startEmulator("stripe", options, makeApp, STRIPE_SIGNER);
  return { ...emulator, secretKey, priceIds };
}
