import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { keptSecret, lockDataDir } from "../shared/data-dir.ts";
import type { FaultDesk, Faults } from "../shared/faults.ts";
import { makeFaults } from "../shared/faults.ts";
import type { Journal } from "../shared/journal.ts";
import { openJournal } from "../shared/journal.ts";
import type { DeliveryOptions, Outbox, WebhookTarget } from "../shared/outbox.ts";
import { openOutbox } from "../shared/outbox.ts";
import type { StandIn } from "../shared/server.ts";
import { listen } from "../shared/server.ts";
import { clerkApp } from "./app.ts";
import { clerkId } from "./people.ts";
import { openDirectory } from "./directory.ts";
import { openMint } from "./tokens.ts";

/** A webhook's target; the secret defaults to the one kept in the data folder. */
export interface WebhookOptions {
  url: string;
  secret?: string | undefined;
}

/** See `startClerkStandIn`. */
export interface ClerkStandInOptions extends DeliveryOptions {
  /** 0, the default, for any free one. */
  port?: number | undefined;
  /** Where people, keys and undelivered webhooks are kept. */
  dataDir: string;
  /** `iss` of the tokens; the stand-in's own URL unless given. */
  issuer?: string | undefined;
  /** The Backend API's key; made at the first start unless given. */
  secretKey?: string | undefined;
  webhook?: WebhookOptions | undefined;
  /** How long a token is good; 60 seconds as from Clerk, unless given. */
  tokenTtlSeconds?: number | undefined;
  /** The time in epoch milliseconds. */
  now?: (() => number) | undefined;
}

/** A running Clerk stand-in. */
export interface ClerkStandIn extends StandIn {
  issuer: string;
  secretKey: string;
  webhookSecret: string;
  faults: Faults;
  /** Sends webhooks there from now on, those that wait included. */
  setWebhook(webhook: WebhookOptions): void;
  /** How many webhooks wait for a first or further attempt. */
  pendingWebhooks(): number;
}

const TOKEN_TTL_SECONDS = 60;

/**
 * Starts the Clerk stand-in on loopback.
 *
 * @throws StandInError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startClerkStandIn(options: ClerkStandInOptions): Promise<ClerkStandIn> {
  const { dataDir, now = Date.now } = options;
  const unlock = lockDataDir(dataDir, "clerk");
  const faults = makeFaults(now);
  let journal: Journal | undefined;
  try {
    journal = openJournal(join(dataDir, "clerk.jsonl"));
    const outbox = openOutbox(journal, faults, options);
    return await serve(options, { faults, journal, outbox, unlock, now });
  } catch (error) {
    journal?.close();
    unlock();
    throw error;
  }
}

async function serve(
  options: ClerkStandInOptions,
  parts: {
    faults: FaultDesk;
    journal: Journal;
    outbox: Outbox;
    unlock: () => void;
    now: () => number;
  },
): Promise<ClerkStandIn> {
  const { dataDir, tokenTtlSeconds: ttlSeconds = TOKEN_TTL_SECONDS } = options;
  const { faults, journal, outbox, now } = parts;
  const secretKey =
    options.secretKey ?? keptSecret(dataDir, "clerk-secret-key", () => clerkId("sk_test"));
  const webhookSecret = keptSecret(
    dataDir,
    "clerk-webhook-secret",
    () => `whsec_${randomBytes(24).toString("base64")}`,
  );
  const withSecret = ({ url, secret = webhookSecret }: WebhookOptions): WebhookTarget => ({
    url,
    secret,
  });
  const directory = openDirectory({ dataDir, journal, outbox, now });
  const server = await listen(options.port ?? 0, async (url) => {
    const issuer = options.issuer ?? url;
    const mint = await openMint({ dataDir, issuer, ttlSeconds, now });
    return { app: clerkApp({ directory, mint, faults, issuer, secretKey }) };
  });
  if (options.webhook) outbox.setTarget(withSecret(options.webhook));
  return {
    url: server.url,
    issuer: options.issuer ?? server.url,
    secretKey,
    webhookSecret: options.webhook?.secret ?? webhookSecret,
    faults,
    setWebhook: (webhook) => {
      outbox.setTarget(withSecret(webhook));
    },
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
