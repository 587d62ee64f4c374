/**
 * The Stripe emulator, inside the test: the functions' `fetch` reaches it by Stripe's own address,
 * its state is in memory, and its webhooks wait until the test delivers them, in whatever order.
 */
import Stripe from "stripe";
import { vi } from "vitest";
import type { Change, Journal, Table } from "../../../packages/emulators/src/shared/journal.ts";
import { createFaultInjector } from "../../../packages/emulators/src/shared/faults.ts";
import { stripeApp } from "../../../packages/emulators/src/stripe/app.ts";
import { ensurePrices } from "../../../packages/emulators/src/stripe/store/prices.ts";
import { openStripeStore } from "../../../packages/emulators/src/stripe/store/store.ts";
import type { SubscriptionStatus } from "../../../packages/emulators/src/stripe/store/rows.ts";
import type { TestBackend } from "./setup.ts";

const SECRET_KEY = "sk_test_only";
const WEBHOOK_SECRET = "whsec_only";
const URL_INSIDE = "http://127.0.0.1:4242";

/** Where the front end is, in these tests. */
export const SITE_URL = "https://app.test/home";

/** An event that Stripe is about to deliver. */
export interface Pending {
  id: string;
  type: string;
  data: { object: { id: string } & Record<string, unknown> };
}

function memoryJournal(): Journal {
  const tables = new Map<string, Map<string, unknown>>();
  return {
    table<Row>(name: string): Table<Row> {
      const rows = new Map<string, Row>();
      tables.set(name, rows);
      return {
        get: (key) => rows.get(key),
        values: () => [...rows.values()],
        put: (key, value) => ({ table: name, key, value }),
        remove: (key) => ({ table: name, key, value: null }),
      };
    },
    commit: (...changes: Change[]) => {
      for (const { table, key, value } of changes) {
        if (value === null) tables.get(table)?.delete(key);
        else tables.get(table)?.set(key, value);
      }
    },
    close: () => undefined,
  };
}

/** One Stripe account, and the deployment's way to it. */
export class FakeStripe {
  /** Events that have not been delivered, in the order they came to be. */
  readonly pending: Pending[] = [];
  readonly faults = createFaultInjector(() => Date.now());
  readonly ledger;
  readonly priceId: string;
  /** Whether the SDK's time-out ends its wait. Not by default: the fake clock may outrun a test's real work. */
  abortable = false;
  readonly #app;

  constructor() {
    const outbox = {
      setTarget: () => undefined,
      // The emulator's own events, as it writes them.
      message: (_: string, payload: object) => {
        this.pending.push(payload as Pending);
        return [];
      },
      flush: () => undefined,
      pending: () => this.pending.length,
      close: () => undefined,
    };
    this.ledger = openStripeStore(memoryJournal(), outbox, () => Date.now());
    const prices = [
      {
        lookupKey: "pro",
        name: "Pro",
        unitAmount: 2000,
        currency: "usd",
        interval: "month" as const,
      },
    ];
    this.priceId = ensurePrices(this.ledger, prices).pro!;
    const parts = { store: this.ledger, faults: this.faults, origins: [], url: URL_INSIDE };
    this.#app = stripeApp({ ...parts, secretKey: SECRET_KEY });
    vi.stubEnv("STRIPE_SECRET_KEY", SECRET_KEY);
    vi.stubEnv("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET);
    vi.stubEnv("STRIPE_PRICE_PRO", this.priceId);
    vi.stubEnv("SITE_URL", SITE_URL);
    vi.stubGlobal("fetch", (input: string, init?: RequestInit) => this.#fetch(input, init));
  }

  /** The calls that Stripe's API has had. */
  calls(): string[] {
    const calls = this.faults.calls().filter(({ path }) => path.startsWith("/v1/"));
    return calls.map(({ method, path }) => `${method} ${path.replace(/_[\dA-Za-z]{24}/, "_…")}`);
  }

  /** A call to Stripe's API as its dashboard would make it. Not counted, not met by faults. */
  async api(
    method: string,
    path: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) {
    const response = await this.#app.request(`${URL_INSIDE}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${SECRET_KEY}`, ...headers },
      ...(method === "GET" ? {} : { body: new URLSearchParams(form).toString() }),
    });
    this.faults.clear();
    if (!response.ok) throw new Error(await response.text());
  }

  /** Has Stripe forget all idempotency keys, as it does a day later or after that. */
  forgetKeys(): void {
    const tx = this.ledger.begin();
    const { savedResults } = this.ledger;
    for (const { key } of savedResults.values()) tx.add(savedResults.remove(key));
    tx.commit();
  }

  /** Pays on the checkout page. @returns where it leads, or null when it can't be paid */
  async pay(url: string): Promise<string | null> {
    const response = await this.#app.request(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "card=works",
    });
    return response.headers.get("location");
  }

  /** Has time and banks do something to a subscription. */
  async meet(id: string, fate: { status: SubscriptionStatus } | { renew: true }): Promise<void> {
    const body = JSON.stringify(fate);
    await this.#app.request(`${URL_INSIDE}/_subscriptions/${id}`, { method: "POST", body });
  }

  /** Takes the pending events of a type (or all) out of the queue. */
  take(type = ""): Pending[] {
    const taken = this.pending.filter((event) => event.type.startsWith(type));
    for (const event of taken) this.pending.splice(this.pending.indexOf(event), 1);
    return taken;
  }

  /** Delivers what is pending, in order. @returns the answers' statuses */
  async deliverAll(t: TestBackend): Promise<number[]> {
    const statuses: number[] = [];
    for (const event of this.take()) statuses.push((await deliverEvent(t, event)).status);
    return statuses;
  }

  async #fetch(input: string, init?: RequestInit): Promise<Response> {
    const { host, pathname, search } = new URL(input);
    if (host !== "api.stripe.com") throw new TypeError(`fetch failed: ${host} is not here`);
    const destroy = vi.fn();
    const bindings = { incoming: { socket: { destroy } } };
    const { signal, ...rest } = init ?? {};
    const answer = this.#app.request(URL_INSIDE + pathname + search, rest, bindings);
    const response = await Promise.race([
      answer,
      ...(signal && this.abortable ? [aborted(signal)] : []),
    ]);
    if (destroy.mock.calls.length > 0) throw new TypeError("fetch failed");
    return response;
  }
}

/** An aborted request fails at once for the caller; at Stripe it goes on. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new DOMException("This operation was aborted", "AbortError"));
    });
  });
}

/** Delivers an event (or any body), signed as Stripe signs. */
export async function deliverEvent(
  t: TestBackend,
  event: unknown,
  { secret = WEBHOOK_SECRET, at = Date.now() }: { secret?: string; at?: number } = {},
): Promise<Response> {
  const payload = typeof event === "string" ? event : JSON.stringify(event);
  return await t.fetch("/stripe/webhook", {
    method: "POST",
    body: payload,
    headers: { "stripe-signature": await signature(payload, secret, at) },
  });
}

/** The `stripe-signature` of a body. */
export async function signature(payload: string, secret = WEBHOOK_SECRET, at = Date.now()) {
  const timestamp = Math.floor(at / 1000);
  return await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp });
}

/** Lets the clock run until a call is answered: the SDK waits before it tries again. */
export async function patiently<T>(call: Promise<T>): Promise<T> {
  const settled = vi.fn();
  void call.then(settled, settled);
  while (settled.mock.calls.length === 0) await vi.advanceTimersByTimeAsync(100);
  return await call;
}
