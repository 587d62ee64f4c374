import type { Change, Journal, Table } from "../shared/journal.ts";
import type { Outbox } from "../shared/outbox.ts";
import { missing } from "./errors.ts";
import type { Customer, Price, Subscription } from "./rows.ts";
import {
  customerSchema,
  invoiceSchema,
  paymentIntentSchema,
  portalSchema,
  priceSchema,
  productSchema,
  savedResultSchema,
  sessionSchema,
  stripeId,
  subscriptionSchema,
} from "./rows.ts";

/** The API version whose shapes are answered: that of the `stripe` package named in package.json. */
export const API_VERSION = "2026-08-26.dahlia";

/** Everything the account holds. */
export type Ledger = ReturnType<typeof openLedger>;

/** Opens the account kept in a journal. */
export function openLedger(journal: Journal, outbox: Outbox, now: () => number) {
  const ledger = {
    products: journal.table("products", productSchema),
    prices: journal.table("prices", priceSchema),
    customers: journal.table("customers", customerSchema),
    sessions: journal.table("sessions", sessionSchema),
    subscriptions: journal.table("subscriptions", subscriptionSchema),
    invoices: journal.table("invoices", invoiceSchema),
    paymentIntents: journal.table("paymentIntents", paymentIntentSchema),
    portals: journal.table("portals", portalSchema),
    /** By idempotency key. */
    savedResults: journal.table("replays", savedResultSchema),
    /** Epoch seconds. */
    seconds: () => Math.floor(now() / 1000),
    /** Starts what one request changes. */
    work: () => new Work(journal, outbox, Math.floor(now() / 1000)),
  };
  return ledger;
}

/** What one request changes: written all at once or not at all, together with its webhooks. */
export class Work {
  readonly #journal: Journal;
  readonly #outbox: Outbox;
  readonly #changes: Change[] = [];
  /** Epoch seconds. */
  readonly now: number;
  /** The request that asks for it and the key it came with, which its events name. */
  request = { id: stripeId("req"), idempotency_key: null as string | null };

  constructor(journal: Journal, outbox: Outbox, now: number) {
    this.#journal = journal;
    this.#outbox = outbox;
    this.now = now;
  }

  /** Writes a row, and returns it. */
  put<Row extends { id: string }>(table: Table<Row>, row: Row): Row {
    this.#changes.push(table.put(row.id, row));
    return row;
  }

  /** Adds a change that has no id of its own. */
  add(change: Change): void {
    this.#changes.push(change);
  }

  /** Tells of a change: `object` is the thing as it is then, `previous` what was different before. */
  event(type: string, object: object, previous?: object): void {
    const payload = {
      id: stripeId("evt"),
      object: "event",
      api_version: API_VERSION,
      created: this.now,
      data: previous === undefined ? { object } : { object, previous_attributes: previous },
      livemode: false,
      pending_webhooks: 1,
      request: this.request,
      type,
    };
    this.#changes.push(...this.#outbox.message(type, payload));
  }

  /** Makes it so. */
  commit(): void {
    if (this.#changes.length === 0) return;
    this.#journal.commit(...this.#changes);
    this.#outbox.flush();
  }
}

/** @throws StripeRefusal `resource_missing` */
export function must<Row>(table: Table<Row>, kind: string, id: string, param?: string): Row {
  const row = table.get(id);
  if (row === undefined) throw missing(kind, id, param);
  return row;
}

/** A customer who has not been deleted. @throws StripeRefusal `resource_missing` */
export function livingCustomer(ledger: Ledger, id: string, param?: string): Customer {
  const customer = must(ledger.customers, "customer", id, param);
  if (customer.deleted) throw missing("customer", id, param);
  return customer;
}

/** What a subscription costs. */
export function priceOf(ledger: Ledger, { price }: Subscription): Price {
  return must(ledger.prices, "price", price);
}
