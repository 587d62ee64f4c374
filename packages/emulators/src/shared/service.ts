import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { keptSecret, lockDataDir } from "./data-dir.ts";
import type { FaultDesk, Faults } from "./faults.ts";
import { makeFaults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { openJournal } from "./journal.ts";
import type { DeliveryOptions, Outbox, WebhookScheme } from "./outbox.ts";
import { openOutbox } from "./outbox.ts";
import type { ServedApp, Emulator } from "./server.ts";
import { listen } from "./server.ts";

/** A webhook's target; the secret defaults to the one kept in the data folder. */
export interface WebhookOptions {
  url: string;
  secret?: string | undefined;
}

/** What every emulator is started with. */
export interface ServiceOptions extends DeliveryOptions {
  /** 0, the default, for any free one. */
  port?: number | undefined;
  /** Where state, keys and undelivered webhooks are kept; emulators may share one. */
  dataDir: string;
  webhook?: WebhookOptions | undefined;
  /**
   * The origins of the front ends whose pages may call, as browsers write them (`http://localhost:5173`); none unless
   * given. Programs, which send no origin, always may.
   */
  origins?: readonly string[] | undefined;
  /** The time in epoch milliseconds. */
  now?: (() => number) | undefined;
}

/** What every running emulator has. */
export interface Service extends Emulator {
  webhookSecret: string;
  faults: Faults;
  /** Sends webhooks there from now on, those that wait included. */
  setWebhook(webhook: WebhookOptions): void;
  /** How many webhooks wait for a first or further attempt. */
  pendingWebhooks(): number;
}

/** What an emulator is built on. */
export interface Foundations {
  dataDir: string;
  origins: readonly string[];
  faults: FaultDesk;
  journal: Journal;
  outbox: Outbox;
  now: () => number;
  /** Has something done when the emulator closes, or can't be started. */
  onClose(work: () => void): void;
}

/**
 * Starts an emulator: takes its data folder, opens its journal and its outbox, and serves.
 *
 * @param name names its files in the data folder.
 * @param makeApp builds on the foundations, given the URL it will be served at.
 * @param scheme how its webhooks are signed; Svix's unless given.
 * @throws EmulatorError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`; nothing stays open then.
 */
export async function startService(
  name: string,
  options: ServiceOptions,
  makeApp: (foundations: Foundations, url: string) => Promise<ServedApp>,
  scheme?: WebhookScheme,
): Promise<Service> {
  const { dataDir, now = Date.now, origins = [] } = options;
  const closing: (() => void)[] = [lockDataDir(dataDir, name)];
  const onClose = (work: () => void) => void closing.unshift(work);
  const closeAll = () => closing.splice(0).forEach((work) => work());
  try {
    const journal = openJournal(join(dataDir, `${name}.jsonl`));
    onClose(() => journal.close());
    const faults = makeFaults(now);
    onClose(() => faults.close());
    const outbox = openOutbox(journal, faults, options, scheme);
    onClose(() => outbox.close());
    const keptWebhookSecret = keptSecret(dataDir, `${name}-webhook-secret`, newWebhookSecret);
    const setWebhook = ({ url, secret = keptWebhookSecret }: WebhookOptions) =>
      outbox.setTarget({ url, secret });
    const foundations = { dataDir, origins, faults, journal, outbox, now, onClose };
    const server = await listen(options.port ?? 0, async (url) => {
      if (options.webhook) setWebhook(options.webhook);
      return await makeApp(foundations, url);
    });
    return {
      url: server.url,
      webhookSecret: options.webhook?.secret ?? keptWebhookSecret,
      faults,
      setWebhook,
      pendingWebhooks: () => outbox.pending(),
      close: async () => {
        // First of all the outbox and the timers: what is under way writes no more.
        closeAll();
        await server.close();
      },
    };
  } catch (error) {
    closeAll();
    throw error;
  }
}

function newWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString("base64")}`;
}
