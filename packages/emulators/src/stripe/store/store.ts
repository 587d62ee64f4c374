import type { Change, Journal, Table } from "../../shared/journal.ts";
import type { Outbox } from "../../shared/outbox.ts";
import { noSuchObject } from "../errors.ts";
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

/** The API version of the answers: that of the `stripe` package in package.json. */
export const API_VERSION = "2026-08-26.dahlia";

/** The data of the account. */
export type StripeStore = ReturnType<typeof openStripeStore>;

/** Opens the account, which the journal holds. */
export function openStripeStore(journal: Journal, outbox: Outbox, now: () => number) {
  const store = {
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
    /** Begins a transaction. */
    begin: () => new Transaction(journal, outbox, Math.floor(now() / 1000)),
  };
  return store;
}

/** The changes of one request, which are committed together, with their webhooks. */
export class Transaction {
  readonly #journal: Journal;
  readonly #outbox: Outbox;
  readonly #changes: Change[] = [];
  /** Epoch seconds. */
  readonly now: number;
  /** The request and its idempotency key, which events contain. */
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

  /** Adds any other change. */
  add(change: Change): void {
    this.#changes.push(change);
  }

  /** Adds a webhook: `object` is the changed object, `previous` the former values of what changed. */
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

  /** Writes all changes, and sends the webhooks. */
  commit(): void {
    if (this.#changes.length === 0) return;
    this.#journal.commit(...this.#changes);
    this.#outbox.flush();
  }
}

/** @throws StripeError `resource_missing` */
export function getOrThrow<Row>(table: Table<Row>, kind: string, id: string, param?: string): Row {
  const row = table.get(id);
  if (row === undefined) throw noSuchObject(kind, id, param);
  return row;
}

/** A customer that has not been deleted. @throws StripeError `resource_missing` */
export function undeletedCustomer(store: StripeStore, id: string, param?: string): Customer {
  const customer = getOrThrow(store.customers, "customer", id, param);
  if (customer.deleted) throw noSuchObject("customer", id, param);
  return customer;
}

/** The price of a subscription. */
export function priceOf(store: StripeStore, { price }: Subscription): Price {
  return getOrThrow(store.prices, "price", price);
}
