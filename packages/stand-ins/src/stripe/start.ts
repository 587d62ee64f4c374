import { createHmac } from "node:crypto";
import { join } from "node:path";
import { keptSecret, lockDataDir } from "../shared/data-dir.ts";
import type { FaultDesk, Faults } from "../shared/faults.ts";
import { makeFaults } from "../shared/faults.ts";
import type { Journal } from "../shared/journal.ts";
import { openJournal } from "../shared/journal.ts";
import type { DeliveryOptions, Outbox, WebhookScheme } from "../shared/outbox.ts";
import { openOutbox } from "../shared/outbox.ts";
import type { StandIn } from "../shared/server.ts";
import { listen } from "../shared/server.ts";
import { stripeApp } from "./app.ts";
import { offer, type PriceOffer } from "./catalogue.ts";
import { openLedger } from "./ledger.ts";
import { forgetOldReplays } from "./requests.ts";
import { stripeId } from "./rows.ts";

/** See `startStripeStandIn`. */
export interface StripeStandInOptions extends DeliveryOptions {
  /** 0, the default, for any free one. */
  port?: number | undefined;
  /** Where customers, subscriptions, keys and undelivered webhooks are kept. */
  dataDir: string;
  /** The API's key; made at the first start unless given. */
  secretKey?: string | undefined;
  /** Where webhooks go; the secret defaults to the one kept in the data folder. */
  webhook?: { url: string; secret?: string | undefined } | undefined;
  /** What is for sale; one thing named "Pro" unless given. */
  prices?: PriceOffer[] | undefined;
  /** The time in epoch milliseconds. */
  now?: (() => number) | undefined;
}

/** A running Stripe stand-in. */
export interface StripeStandIn extends StandIn {
  secretKey: string;
  webhookSecret: string;
  /** The id of each price, by its lookup key; the same after a restart. */
  priceIds: Record<string, string>;
  faults: Faults;
  /** Sends webhooks there from now on, those that wait included. */
  setWebhook(webhook: { url: string; secret?: string | undefined }): void;
  /** How many webhooks wait for a first or further attempt. */
  pendingWebhooks(): number;
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
      "user-agent": "Stripe/1.0 (stand-in)",
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": `t=${time},v1=${mac}`,
    };
  },
};

/**
 * Starts the Stripe stand-in on loopback.
 *
 * @throws StandInError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startStripeStandIn(options: StripeStandInOptions): Promise<StripeStandIn> {
  const { dataDir, now = Date.now } = options;
  const unlock = lockDataDir(dataDir, "stripe");
  const faults = makeFaults(now);
  let journal: Journal | undefined;
  try {
    journal = openJournal(join(dataDir, "stripe.jsonl"));
    const outbox = openOutbox(journal, faults, options, STRIPE_SIGNATURE);
    return await serve(options, { faults, journal, outbox, unlock, now });
  } catch (error) {
    journal?.close();
    unlock();
    throw error;
  }
}

async function serve(
  options: StripeStandInOptions,
  parts: {
    faults: FaultDesk;
    journal: Journal;
    outbox: Outbox;
    unlock: () => void;
    now: () => number;
  },
): Promise<StripeStandIn> {
  const { dataDir, prices = [PRO] } = options;
  const { faults, journal, outbox, now } = parts;
  const secretKey =
    options.secretKey ?? keptSecret(dataDir, "stripe-secret-key", () => stripeId("sk_test"));
  const webhookSecret = keptSecret(dataDir, "stripe-webhook-secret", () => stripeId("whsec"));
  const ledger = openLedger(journal, outbox, now);
  const priceIds = offer(ledger, prices);
  forgetOldReplays(ledger);
  const server = await listen(options.port ?? 0, (url) => ({
    app: stripeApp({ ledger, faults, secretKey, url }),
  }));
  const setWebhook: StripeStandIn["setWebhook"] = ({ url, secret = webhookSecret }) => {
    outbox.setTarget({ url, secret });
  };
  if (options.webhook) setWebhook(options.webhook);
  return {
    url: server.url,
    secretKey,
    webhookSecret: options.webhook?.secret ?? webhookSecret,
    priceIds,
    faults,
    setWebhook,
    pendingWebhooks: () => outbox.pending(),
    close: async () => {
      outbox.close();
      faults.close();
      await server.close();
      journal.close();
      parts.unlock();
    },
  };
}
