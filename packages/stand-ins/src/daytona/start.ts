import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { WebhookOptions } from "../clerk/start.ts";
import { keptSecret, lockDataDir } from "../shared/data-dir.ts";
import type { FaultDesk, Faults } from "../shared/faults.ts";
import { makeFaults } from "../shared/faults.ts";
import type { Journal } from "../shared/journal.ts";
import { openJournal } from "../shared/journal.ts";
import type { DeliveryOptions, Outbox } from "../shared/outbox.ts";
import { openOutbox } from "../shared/outbox.ts";
import type { StandIn } from "../shared/server.ts";
import { listen } from "../shared/server.ts";
import { daytonaApp } from "./app.ts";
import { openFleet } from "./fleet.ts";
import type { DelayName } from "./machine.ts";
import { makeMachines } from "./machines.ts";
import { openPreviews } from "./previews.ts";
import { removeStrayWorkspaces } from "./workspace.ts";

/** See `startDaytonaStandIn`. */
export interface DaytonaStandInOptions extends DeliveryOptions {
  /** 0, the default, for any free one. */
  port?: number | undefined;
  /** Where sandboxes, their folders and undelivered webhooks are kept. */
  dataDir: string;
  /** Made at the first start unless given. */
  apiKey?: string | undefined;
  webhook?: WebhookOptions | undefined;
  /** How long changes of state take, in milliseconds. */
  delaysMs?: Partial<Record<DelayName, number>> | undefined;
  /** How long a minute of the auto intervals is, in milliseconds; 60,000 unless given. */
  minuteMs?: number | undefined;
  /** The time in epoch milliseconds. */
  now?: (() => number) | undefined;
}

/** A running Daytona stand-in. */
export interface DaytonaStandIn extends StandIn {
  apiKey: string;
  webhookSecret: string;
  faults: Faults;
  /** Sends webhooks there from now on, those that wait included. */
  setWebhook(webhook: WebhookOptions): void;
  /** How many webhooks wait for a first or further attempt. */
  pendingWebhooks(): number;
}

// Long enough for a subscriber to see the states pass, short enough not to be waited for.
const DELAYS_MS = { create: 600, start: 400, stop: 300, archive: 600, destroy: 300 };
const MINUTE_MS = 60_000;

/**
 * Starts the Daytona stand-in on loopback.
 *
 * Commands sent to its sandboxes really run on this machine, as this user, in a folder per sandbox:
 * a development convenience, not a security boundary.
 *
 * @throws StandInError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startDaytonaStandIn(options: DaytonaStandInOptions): Promise<DaytonaStandIn> {
  const { dataDir, now = Date.now } = options;
  const unlock = lockDataDir(dataDir, "daytona");
  const faults = makeFaults(now);
  let journal: Journal | undefined;
  try {
    journal = openJournal(join(dataDir, "daytona.jsonl"));
    const outbox = openOutbox(journal, faults, options);
    return await serve(options, { faults, journal, outbox, unlock, now });
  } catch (error) {
    journal?.close();
    unlock();
    throw error;
  }
}

async function serve(
  options: DaytonaStandInOptions,
  parts: {
    faults: FaultDesk;
    journal: Journal;
    outbox: Outbox;
    unlock: () => void;
    now: () => number;
  },
): Promise<DaytonaStandIn> {
  const { dataDir } = options;
  const { faults, journal, outbox, now } = parts;
  const apiKey =
    options.apiKey ??
    keptSecret(dataDir, "daytona-api-key", () => `dtn_${randomBytes(32).toString("hex")}`);
  const webhookSecret =
    options.webhook?.secret ??
    keptSecret(
      dataDir,
      "daytona-webhook-secret",
      () => `whsec_${randomBytes(24).toString("base64")}`,
    );
  if (options.webhook) outbox.setTarget({ url: options.webhook.url, secret: webhookSecret });
  const machines = makeMachines(dataDir);
  const fleet = openFleet({
    journal,
    outbox,
    now,
    delaysMs: { ...DELAYS_MS, ...options.delaysMs },
    minuteMs: options.minuteMs ?? MINUTE_MS,
    onStopped: (id, destroyed) => machines.shutDown(id, destroyed),
  });
  await removeStrayWorkspaces(dataDir, (id) => fleet.find(id) !== undefined);
  const server = await listen(options.port ?? 0, (url) => {
    const previews = openPreviews({ url, journal, fleet, now });
    const app = daytonaApp({ url, apiKey, fleet, machines, previews, faults, now });
    return { app, upgrade: (...connection) => previews.upgrade(...connection) };
  }).catch((error: unknown) => {
    fleet.close();
    throw error;
  });
  return {
    url: server.url,
    apiKey,
    webhookSecret,
    faults,
    setWebhook: ({ url, secret = webhookSecret }) => outbox.setTarget({ url, secret }),
    pendingWebhooks: () => outbox.pending(),
    close: async () => {
      outbox.close();
      faults.close();
      fleet.close();
      machines.close();
      await server.close();
      journal.close();
      parts.unlock();
    },
  };
}
