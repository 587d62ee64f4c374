/** Changes of checkout sessions, subscriptions and invoices, each with its webhooks. */
import {
  customerJson,
  invoiceJson,
  paymentIntentJson,
  sessionJson,
  subscriptionJson,
} from "./json.ts";
import type { StripeStore, Transaction } from "./store.ts";
import { getOrThrow, priceOf } from "./store.ts";
import type { Customer, Invoice, Session, Subscription, SubscriptionStatus } from "./rows.ts";
import { stripeId } from "./rows.ts";

const DAY_SECONDS = 24 * 60 * 60;
const PERIOD_SECONDS = { month: 30 * DAY_SECONDS, year: 365 * DAY_SECONDS };

/** Final statuses of a subscription. */
const ENDED: ReadonlySet<SubscriptionStatus> = new Set(["canceled", "incomplete_expired"]);

/** Whether the subscription has a final status. */
export function isEnded({ status }: Subscription): boolean {
  return ENDED.has(status);
}

/** Completes a checkout session: pays its price, and creates the subscription or the payment intent. */
export function completeCheckout(
  store: StripeStore,
  tx: Transaction,
  session: Session,
  url: string,
): Session {
  const customer = payingCustomer(store, tx, session);
  const price = getOrThrow(store.prices, "price", session.price);
  const done: Session = { ...session, status: "complete", customer: customer.id };
  if (session.mode === "subscription") {
    const subscription = subscribe(store, tx, customer, session);
    done.subscription = subscription.id;
    done.invoice = subscription.latestInvoice;
  } else {
    const amount = price.unitAmount * session.quantity;
    const charge = { amount, currency: price.currency, metadata: session.resultMetadata };
    done.paymentIntent = pay(store, tx, customer.id, charge);
  }
  tx.put(store.sessions, done);
  tx.event("checkout.session.completed", sessionJson(done, price, url));
  return done;
}

/** Expires an open checkout session. */
export function expireSession(
  store: StripeStore,
  tx: Transaction,
  session: Session,
  url: string,
): Session {
  const expired = tx.put<Session>(store.sessions, { ...session, status: "expired" });
  const price = getOrThrow(store.prices, "price", session.price);
  tx.event("checkout.session.expired", sessionJson(expired, price, url));
  return expired;
}

/** The session's customer, or a new one if it has none, as at Stripe. */
function payingCustomer(store: StripeStore, tx: Transaction, session: Session): Customer {
  if (session.customer !== null) return getOrThrow(store.customers, "customer", session.customer);
  const customer = tx.put<Customer>(store.customers, {
    id: stripeId("cus"),
    email: session.customerEmail,
    name: null,
    metadata: {},
    card: "works",
    created: tx.now,
    deleted: false,
  });
  tx.event("customer.created", customerJson(customer));
  return customer;
}

function subscribe(
  store: StripeStore,
  tx: Transaction,
  customer: Customer,
  { price: priceId, quantity, resultMetadata }: Session,
): Subscription {
  const price = getOrThrow(store.prices, "price", priceId);
  const subscription: Subscription = {
    id: stripeId("sub"),
    item: stripeId("si"),
    customer: customer.id,
    price: priceId,
    quantity,
    status: "active",
    metadata: resultMetadata,
    created: tx.now,
    periodStart: tx.now,
    periodEnd: tx.now + PERIOD_SECONDS[price.interval],
    cancelAtPeriodEnd: false,
    canceledAt: null,
    endedAt: null,
    latestInvoice: null,
  };
  const invoice = bill(store, tx, subscription, "subscription_create");
  subscription.latestInvoice = invoice.id;
  tx.put(store.subscriptions, subscription);
  tx.event("customer.subscription.created", subscriptionJson(subscription, price));
  settleInvoice(store, tx, invoice, true);
  return subscription;
}

/** Changes a subscription. */
export function updateSubscription(
  store: StripeStore,
  tx: Transaction,
  before: Subscription,
  fields: Partial<Subscription>,
): Subscription {
  const after = tx.put(store.subscriptions, { ...before, ...fields });
  const price = priceOf(store, after);
  const ended = isEnded(after) && !isEnded(before);
  if (ended && after.status === "canceled") {
    tx.event("customer.subscription.deleted", subscriptionJson(after, price));
  } else {
    const previous = { status: before.status, cancel_at_period_end: before.cancelAtPeriodEnd };
    tx.event("customer.subscription.updated", subscriptionJson(after, price), previous);
  }
  return after;
}

/** Cancels a subscription immediately. */
export function cancelNow(
  store: StripeStore,
  tx: Transaction,
  subscription: Subscription,
): Subscription {
  return updateSubscription(store, tx, subscription, {
    status: "canceled",
    canceledAt: subscription.canceledAt ?? tx.now,
    endedAt: tx.now,
    cancelAtPeriodEnd: false,
  });
}

/** Cancels a subscription at the end of its period, or undoes that. */
export function cancelAtPeriodEnd(
  store: StripeStore,
  tx: Transaction,
  subscription: Subscription,
  cancel: boolean,
): Subscription {
  const canceledAt = cancel ? tx.now : null;
  return updateSubscription(store, tx, subscription, { cancelAtPeriodEnd: cancel, canceledAt });
}

/** Begins the next period: charges the card. If that is declined, the subscription is past due. */
export function renew(
  store: StripeStore,
  tx: Transaction,
  subscription: Subscription,
): Subscription {
  const { interval } = priceOf(store, subscription);
  const next: Subscription = {
    ...subscription,
    periodStart: subscription.periodEnd,
    periodEnd: subscription.periodEnd + PERIOD_SECONDS[interval],
  };
  const invoice = bill(store, tx, next, "subscription_cycle");
  const { card } = getOrThrow(store.customers, "customer", subscription.customer);
  settleInvoice(store, tx, invoice, card === "works");
  return updateSubscription(store, tx, subscription, {
    ...next,
    latestInvoice: invoice.id,
    status: card === "works" ? "active" : "past_due",
  });
}

/** Pays the open invoice, as Stripe does after the card was replaced. */
export function payOpenInvoice(
  store: StripeStore,
  tx: Transaction,
  subscription: Subscription,
): Subscription {
  const invoice = store.invoices.get(subscription.latestInvoice ?? "");
  if (invoice?.status !== "open") return subscription;
  settleInvoice(store, tx, invoice, true);
  return updateSubscription(store, tx, subscription, { status: "active" });
}

/** Applies the time that has passed: renews or cancels subscriptions whose period is over, and expires sessions. */
export function applyElapsedTime(store: StripeStore, url: string): void {
  const now = store.seconds();
  for (const row of store.subscriptions.values()) {
    for (let due = row; due.periodEnd <= now && due.status === "active";) {
      const tx = store.begin();
      due = due.cancelAtPeriodEnd ? cancelNow(store, tx, due) : renew(store, tx, due);
      tx.commit();
    }
  }
  for (const session of store.sessions.values()) {
    if (session.status !== "open" || session.expiresAt > now) continue;
    const tx = store.begin();
    expireSession(store, tx, session, url);
    tx.commit();
  }
}

function bill(
  store: StripeStore,
  tx: Transaction,
  subscription: Subscription,
  reason: Invoice["reason"],
): Invoice {
  const price = priceOf(store, subscription);
  const invoice: Invoice = {
    id: stripeId("in"),
    number: `EMULATOR-${String(store.invoices.values().length + 1).padStart(4, "0")}`,
    customer: subscription.customer,
    subscription: subscription.id,
    subscriptionMetadata: subscription.metadata,
    status: "open",
    amount: price.unitAmount * subscription.quantity,
    currency: price.currency,
    reason,
    attempts: 0,
    created: tx.now,
    periodStart: subscription.periodStart,
    periodEnd: subscription.periodEnd,
  };
  tx.put(store.invoices, invoice);
  tx.event("invoice.created", invoiceJson(invoice));
  tx.event("invoice.finalized", invoiceJson(invoice));
  return invoice;
}

function settleInvoice(store: StripeStore, tx: Transaction, invoice: Invoice, paid: boolean): void {
  const tried: Invoice = { ...invoice, attempts: invoice.attempts + 1 };
  if (!paid) {
    tx.event("invoice.payment_failed", invoiceJson(tx.put(store.invoices, tried)));
    return;
  }
  const { amount, currency } = invoice;
  pay(store, tx, invoice.customer, { amount, currency, metadata: {} });
  const json = invoiceJson(tx.put(store.invoices, { ...tried, status: "paid" }));
  tx.event("invoice.paid", json);
  tx.event("invoice.payment_succeeded", json);
}

function pay(
  store: StripeStore,
  tx: Transaction,
  customer: string,
  charge: { amount: number; currency: string; metadata: Record<string, string> },
): string {
  const intent = tx.put(store.paymentIntents, {
    id: stripeId("pi"),
    customer,
    status: "succeeded",
    created: tx.now,
    ...charge,
  });
  tx.event("payment_intent.succeeded", paymentIntentJson(intent));
  return intent.id;
}
