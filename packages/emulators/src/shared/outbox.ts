import { randomBytes } from "node:crypto";
import { Webhook } from "svix";
import { z } from "zod";
import type { FaultInjector } from "./faults.ts";
import type { Change, Journal } from "./journal.ts";

/** Where webhooks go, and the secret (`whsec_…`) they are signed with. */
export interface WebhookTarget {
  url: string;
  secret: string;
}

/** When a delivery is retried, and when an attempt counts as failed. */
export interface DeliveryOptions {
  /** Waits between attempts, in milliseconds; after the last one, the message is dropped. */
  retryDelaysMs?: number[] | undefined;
  /** How long the receiver has to answer, in milliseconds. */
  webhookTimeoutMs?: number | undefined;
}

/**
 * A transactional outbox: signed webhooks that are stored with the change that they report, and delivered at least
 * once, also after a restart, until they are dropped.
 */
export interface Outbox {
  setTarget(target: WebhookTarget | undefined): void;
  /**
   * Creates a message. Commit the returned changes together with the change that it reports, then call `flush`.
   * Without a target there is no message, as with Svix.
   */
  message(eventType: string, payload: object): Change[];
  /** Sends the messages that were committed. */
  flush(): void;
  /** How many messages wait for a first or further attempt. */
  pending(): number;
  close(): void;
}

const deliverySchema = z.object({
  /** The `svix-id`, the same in every attempt. */
  id: z.string(),
  eventType: z.string(),
  payload: z.string(),
  failures: z.int(),
});
type Delivery = z.infer<typeof deliverySchema>;

// Svix's are 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h; these are short enough for a developer to wait for.
const RETRY_DELAYS_MS = [500, 2_000, 5_000, 10_000, 30_000, 60_000, 60_000];
const WEBHOOK_TIMEOUT_MS = 15_000; // Svix's own

/** How a service signs what it sends. */
export interface WebhookSigner {
  /** @throws when the secret can't sign. */
  check(secret: string): void;
  /** The headers of one attempt. */
  headers(
    message: { id: string; payload: string },
    secret: string,
    at: Date,
  ): Record<string, string>;
}

/** Svix's signatures, which Clerk and Daytona use. */
const SVIX: WebhookSigner = {
  check: (secret) => {
    new Webhook(secret);
  },
  headers: ({ id, payload }, secret, at) => ({
    "user-agent": "Svix-Webhooks/1.0 (emulator)",
    "svix-id": id,
    "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
    "svix-signature": new Webhook(secret).sign(id, at, payload),
  }),
};

/** Opens the outbox kept in the journal's table `deliveries`. */
export function openOutbox(
  journal: Journal,
  faults: FaultInjector,
  { retryDelaysMs = RETRY_DELAYS_MS, webhookTimeoutMs = WEBHOOK_TIMEOUT_MS }: DeliveryOptions,
  signer: WebhookSigner = SVIX,
): Outbox {
  const deliveries = journal.table("deliveries", deliverySchema);
  const closing = new AbortController();
  const isClosing = () => closing.signal.aborted;
  const sending = new Set<string>();
  let target: WebhookTarget | undefined;

  const attempt = async (delivery: Delivery): Promise<void> => {
    const to = target;
    if (!to) return;
    const fault = faults.onCall("WEBHOOK", delivery.eventType);
    if (typeof fault === "object" && "delayMs" in fault) await faults.wait(fault.delayMs);
    const sends = fault === "drop" ? 0 : fault === "duplicate" ? 2 : 1;
    let delivered = false;
    for (let sent = 0; sent < sends; sent += 1) {
      const headers = signer.headers(delivery, to.secret, new Date());
      const limits = { timeoutMs: webhookTimeoutMs, closing: closing.signal };
      delivered = await send(to.url, delivery.payload, headers, limits);
    }
    if (fault === "after") delivered = false; // it was received, but its answer is lost
    if (isClosing()) return; // it is sent again after the next start
    if (delivered) {
      journal.commit(deliveries.remove(delivery.id));
      return;
    }
    const delayMs = retryDelaysMs[delivery.failures];
    if (delayMs === undefined) {
      journal.commit(deliveries.remove(delivery.id));
      return;
    }
    const failed = { ...delivery, failures: delivery.failures + 1 };
    journal.commit(deliveries.put(delivery.id, failed));
    await faults.wait(delayMs);
    if (!isClosing()) await attempt(failed);
  };

  const start = (delivery: Delivery): void => {
    if (sending.has(delivery.id)) return;
    sending.add(delivery.id);
    void attempt(delivery).finally(() => sending.delete(delivery.id));
  };

  return {
    setTarget: (next) => {
      if (next) signer.check(next.secret);
      target = next;
      deliveries.values().forEach(start);
    },
    message: (eventType, payload) => {
      if (!target) return [];
      const id = `msg_${randomBytes(16).toString("hex")}`;
      const delivery = { id, eventType, payload: JSON.stringify(payload), failures: 0 };
      return [deliveries.put(id, delivery)];
    },
    flush: () => {
      if (target) deliveries.values().forEach(start);
    },
    pending: () => deliveries.values().length,
    close: () => {
      closing.abort();
    },
  };
}

/** One attempt; true if the receiver answered 2xx in time. */
async function send(
  url: string,
  payload: string,
  headers: Record<string, string>,
  { timeoutMs, closing }: { timeoutMs: number; closing: AbortSignal },
): Promise<boolean> {
  // Not `AbortSignal.timeout`: Node 20 collects one that only `AbortSignal.any` refers to, and it never fires.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      body: payload,
      headers: { "content-type": "application/json", ...headers },
      signal: AbortSignal.any([closing, timeout.signal]),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // refused, reset or timed out: the attempt failed
  } finally {
    clearTimeout(timer);
  }
}
