/** What becomes of subscriptions: the moves, each with its webhooks, whoever asks for them. */
import {
  customerJson,
  invoiceJson,
  paymentIntentJson,
  sessionJson,
  subscriptionJson,
} from "./describe.ts";
import type { Ledger, Work } from "./ledger.ts";
import { must, priceOf } from "./ledger.ts";
import type { Customer, Invoice, Session, Subscription, SubscriptionStatus } from "./rows.ts";
import { stripeId } from "./rows.ts";

const DAY_SECONDS = 24 * 60 * 60;
const PERIOD_SECONDS = { month: 30 * DAY_SECONDS, year: 365 * DAY_SECONDS };

/** States a subscription never leaves. */
const ENDED: ReadonlySet<SubscriptionStatus> = new Set(["canceled", "incomplete_expired"]);

/** Whether the subscription is over for good. */
export function isEnded({ status }: Subscription): boolean {
  return ENDED.has(status);
}

/** Pays a checkout session's price, and what comes of it comes to be. */
export function completeCheckout(
  ledger: Ledger,
  work: Work,
  session: Session,
  url: string,
): Session {
  const customer = payingCustomer(ledger, work, session);
  const price = must(ledger.prices, "price", session.price);
  const done: Session = { ...session, status: "complete", customer: customer.id };
  if (session.mode === "subscription") {
    const subscription = subscribe(ledger, work, customer, session);
    done.subscription = subscription.id;
    done.invoice = subscription.latestInvoice;
  } else {
    const amount = price.unitAmount * session.quantity;
    const charge = { amount, currency: price.currency, metadata: session.resultMetadata };
    done.paymentIntent = pay(ledger, work, customer.id, charge);
  }
  work.put(ledger.sessions, done);
  work.event("checkout.session.completed", sessionJson(done, price, url));
  return done;
}

/** Lets a session that nobody paid end. */
export function expireSession(ledger: Ledger, work: Work, session: Session, url: string): Session {
  const expired = work.put<Session>(ledger.sessions, { ...session, status: "expired" });
  const price = must(ledger.prices, "price", session.price);
  work.event("checkout.session.expired", sessionJson(expired, price, url));
  return expired;
}

/** The session's customer; without one, a new one, as Checkout makes it. */
function payingCustomer(ledger: Ledger, work: Work, session: Session): Customer {
  if (session.customer !== null) return must(ledger.customers, "customer", session.customer);
  const customer = work.put<Customer>(ledger.customers, {
    id: stripeId("cus"),
    email: session.customerEmail,
    name: null,
    metadata: {},
    card: "works",
    created: work.now,
    deleted: false,
  });
  work.event("customer.created", customerJson(customer));
  return customer;
}

function subscribe(
  ledger: Ledger,
  work: Work,
  customer: Customer,
  { price: priceId, quantity, resultMetadata }: Session,
): Subscription {
  const price = must(ledger.prices, "price", priceId);
  const subscription: Subscription = {
    id: stripeId("sub"),
    item: stripeId("si"),
    customer: customer.id,
    price: priceId,
    quantity,
    status: "active",
    metadata: resultMetadata,
    created: work.now,
    periodStart: work.now,
    periodEnd: work.now + PERIOD_SECONDS[price.interval],
    cancelAtPeriodEnd: false,
    canceledAt: null,
    endedAt: null,
    latestInvoice: null,
  };
  const invoice = bill(ledger, work, subscription, "subscription_create");
  subscription.latestInvoice = invoice.id;
  work.put(ledger.subscriptions, subscription);
  work.event("customer.subscription.created", subscriptionJson(subscription, price));
  settleInvoice(ledger, work, invoice, true);
  return subscription;
}

/** Changes a subscription and tells of it. */
export function change(
  ledger: Ledger,
  work: Work,
  before: Subscription,
  fields: Partial<Subscription>,
): Subscription {
  const after = work.put(ledger.subscriptions, { ...before, ...fields });
  const price = priceOf(ledger, after);
  const ended = isEnded(after) && !isEnded(before);
  if (ended && after.status === "canceled") {
    work.event("customer.subscription.deleted", subscriptionJson(after, price));
  } else {
    const previous = { status: before.status, cancel_at_period_end: before.cancelAtPeriodEnd };
    work.event("customer.subscription.updated", subscriptionJson(after, price), previous);
  }
  return after;
}

/** Ends a subscription now. */
export function cancelNow(ledger: Ledger, work: Work, subscription: Subscription): Subscription {
  return change(ledger, work, subscription, {
    status: "canceled",
    canceledAt: subscription.canceledAt ?? work.now,
    endedAt: work.now,
    cancelAtPeriodEnd: false,
  });
}

/** Has a subscription end with its period, or go on after all. */
export function cancelAtPeriodEnd(
  ledger: Ledger,
  work: Work,
  subscription: Subscription,
  cancel: boolean,
): Subscription {
  const canceledAt = cancel ? work.now : null;
  return change(ledger, work, subscription, { cancelAtPeriodEnd: cancel, canceledAt });
}

/** Begins the next period: charges the card, and falls behind when it declines. */
export function renew(ledger: Ledger, work: Work, subscription: Subscription): Subscription {
  const { interval } = priceOf(ledger, subscription);
  const next: Subscription = {
    ...subscription,
    periodStart: subscription.periodEnd,
    periodEnd: subscription.periodEnd + PERIOD_SECONDS[interval],
  };
  const invoice = bill(ledger, work, next, "subscription_cycle");
  const { card } = must(ledger.customers, "customer", subscription.customer);
  settleInvoice(ledger, work, invoice, card === "works");
  return change(ledger, work, subscription, {
    ...next,
    latestInvoice: invoice.id,
    status: card === "works" ? "active" : "past_due",
  });
}

/** Tries again to be paid for what is open, as Stripe does once a card has been replaced. */
export function collect(ledger: Ledger, work: Work, subscription: Subscription): Subscription {
  const invoice = ledger.invoices.get(subscription.latestInvoice ?? "");
  if (invoice?.status !== "open") return subscription;
  settleInvoice(ledger, work, invoice, true);
  return change(ledger, work, subscription, { status: "active" });
}

/** What time brings: periods that are over end or renew, sessions of yesterday expire. */
export function catchUp(ledger: Ledger, url: string): void {
  const now = ledger.seconds();
  for (const row of ledger.subscriptions.values()) {
    for (let due = row; due.periodEnd <= now && due.status === "active";) {
      const work = ledger.work();
      due = due.cancelAtPeriodEnd ? cancelNow(ledger, work, due) : renew(ledger, work, due);
      work.commit();
    }
  }
  for (const session of ledger.sessions.values()) {
    if (session.status !== "open" || session.expiresAt > now) continue;
    const work = ledger.work();
    expireSession(ledger, work, session, url);
    work.commit();
  }
}

function bill(
  ledger: Ledger,
  work: Work,
  subscription: Subscription,
  reason: Invoice["reason"],
): Invoice {
  const price = priceOf(ledger, subscription);
  const invoice: Invoice = {
    id: stripeId("in"),
    number: `EMULATOR-${String(ledger.invoices.values().length + 1).padStart(4, "0")}`,
    customer: subscription.customer,
    subscription: subscription.id,
    subscriptionMetadata: subscription.metadata,
    status: "open",
    amount: price.unitAmount * subscription.quantity,
    currency: price.currency,
    reason,
    attempts: 0,
    created: work.now,
    periodStart: subscription.periodStart,
    periodEnd: subscription.periodEnd,
  };
  work.put(ledger.invoices, invoice);
  work.event("invoice.created", invoiceJson(invoice));
  work.event("invoice.finalized", invoiceJson(invoice));
  return invoice;
}

function settleInvoice(ledger: Ledger, work: Work, invoice: Invoice, paid: boolean): void {
  const tried: Invoice = { ...invoice, attempts: invoice.attempts + 1 };
  if (!paid) {
    work.event("invoice.payment_failed", invoiceJson(work.put(ledger.invoices, tried)));
    return;
  }
  const { amount, currency } = invoice;
  pay(ledger, work, invoice.customer, { amount, currency, metadata: {} });
  const json = invoiceJson(work.put(ledger.invoices, { ...tried, status: "paid" }));
  work.event("invoice.paid", json);
  work.event("invoice.payment_succeeded", json);
}

function pay(
  ledger: Ledger,
  work: Work,
  customer: string,
  charge: { amount: number; currency: string; metadata: Record<string, string> },
): string {
  const intent = work.put(ledger.paymentIntents, {
    id: stripeId("pi"),
    customer,
    status: "succeeded",
    created: work.now,
    ...charge,
  });
  work.event("payment_intent.succeeded", paymentIntentJson(intent));
  return intent.id;
}
