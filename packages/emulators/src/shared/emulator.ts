import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { persistedSecret, lockDataDir } from "./data-dir.ts";
import type { FaultInjector, Faults } from "./faults.ts";
import { createFaultInjector } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { openJournal } from "./journal.ts";
import type { DeliveryOptions, Outbox, WebhookSigner } from "./outbox.ts";
import { openOutbox } from "./outbox.ts";
import type { ServedApp, ListeningServer } from "./server.ts";
import { listen } from "./server.ts";

/** Where webhooks go. The secret is the one in the data folder, unless given. */
export interface WebhookOptions {
  url: string;
  secret?: string | undefined;
}

/** What every emulator is started with. */
export interface EmulatorOptions extends DeliveryOptions {
  /** The port; any free one unless given. */
  port?: number | undefined;
  /** The folder of the emulator's data and keys. Different emulators may share one. */
  dataDir: string;
  webhook?: WebhookOptions | undefined;
  /**
   * The origins whose pages may call, such as `http://localhost:5173`; none unless given. Programs, which send no
   * origin, may always call.
   */
  origins?: readonly string[] | undefined;
  /** The current time in epoch milliseconds; tests may simulate it. */
  now?: (() => number) | undefined;
}

/** A running emulator. */
export interface Emulator extends ListeningServer {
  webhookSecret: string;
  faults: Faults;
  /** Sends webhooks there from now on, also those that wait. */
  setWebhook(webhook: WebhookOptions): void;
  /** How many webhooks wait for a first or further attempt. */
  pendingWebhooks(): number;
}

/** What the parts of an emulator share. */
export interface EmulatorContext {
  dataDir: string;
  origins: readonly string[];
  faults: FaultInjector;
  journal: Journal;
  outbox: Outbox;
  now: () => number;
  /** Registers a function to be called when the emulator closes, or fails to start. */
  onClose(work: () => void): void;
}

/**
 * Starts an emulator: locks its data folder, opens its journal and its outbox, and serves its app.
 *
 * @param name names its files in the data folder.
 * @param makeApp creates the app; `url` is where it will be served.
 * @param signer signs its webhooks; Svix's unless given.
 * @throws EmulatorError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`. Nothing stays open after an error.
 */
export async function startEmulator(
  name: string,
  options: EmulatorOptions,
  makeApp: (ctx: EmulatorContext, url: string) => Promise<ServedApp>,
  signer?: WebhookSigner,
): Promise<Emulator> {
  const { dataDir, now = Date.now, origins = [] } = options;
  const closing: (() => void)[] = [lockDataDir(dataDir, name)];
  const onClose = (work: () => void) => void closing.unshift(work);
  const closeAll = () => closing.splice(0).forEach((work) => work());
  try {
    const journal = openJournal(join(dataDir, `${name}.jsonl`));
    onClose(() => journal.close());
    const faults = createFaultInjector(now);
    onClose(() => faults.close());
    const outbox = openOutbox(journal, faults, options, signer);
    onClose(() => outbox.close());
    const keptWebhookSecret = persistedSecret(dataDir, `${name}-webhook-secret`, newWebhookSecret);
    const setWebhook = ({ url, secret = keptWebhookSecret }: WebhookOptions) =>
      outbox.setTarget({ url, secret });
    const ctx = { dataDir, origins, faults, journal, outbox, now, onClose };
    const server = await listen(options.port ?? 0, async (url) => {
      if (options.webhook) setWebhook(options.webhook);
      return await makeApp(ctx, url);
    });
    return {
      url: server.url,
      webhookSecret: options.webhook?.secret ?? keptWebhookSecret,
      faults,
      setWebhook,
      pendingWebhooks: () => outbox.pending(),
      close: async () => {
        // The outbox and the timers first, so that they write nothing any more.
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
