/** The account's rows, as in Stripe's API and webhooks. */
import type { Stripe } from "stripe";
import type {
  Customer,
  Invoice,
  PaymentIntent,
  Portal,
  Price,
  Session,
  Subscription,
} from "./rows.ts";

/**
 * A part of a Stripe object. Names and types are checked against the official package, and fields that
 * nothing here uses (tax, shipping, …) may be omitted.
 */
type Some<T> = T extends object ? { [K in keyof T]?: Some<T[K]> } : T;

export function priceJson(price: Price): Some<Stripe.Price> {
  return {
    id: price.id,
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created: price.created,
    currency: price.currency,
    livemode: false,
    lookup_key: price.lookupKey,
    metadata: {},
    nickname: null,
    product: price.product,
    recurring: { interval: price.interval, interval_count: 1, usage_type: "licensed" },
    type: "recurring",
    unit_amount: price.unitAmount,
  };
}

export function customerJson(customer: Customer): Some<Stripe.Customer | Stripe.DeletedCustomer> {
  const { id, email, name, metadata, created } = customer;
  if (customer.deleted) return { id, object: "customer", deleted: true };
  return {
    id,
    object: "customer",
    address: null,
    balance: 0,
    created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    email,
    livemode: false,
    metadata,
    name,
    phone: null,
    shipping: null,
  };
}

/** `url` is the emulator's, for links to its pages. */
export function sessionJson(
  session: Session,
  { unitAmount, currency }: Price,
  url: string,
): Some<Stripe.Checkout.Session> {
  const total = unitAmount * session.quantity;
  return {
    id: session.id,
    object: "checkout.session",
    amount_subtotal: total,
    amount_total: total,
    cancel_url: session.cancelUrl,
    client_reference_id: session.clientReferenceId,
    created: session.created,
    currency,
    customer: session.customer,
    customer_details: { email: session.customerEmail },
    customer_email: session.customerEmail,
    expires_at: session.expiresAt,
    invoice: session.invoice,
    livemode: false,
    metadata: session.metadata,
    mode: session.mode,
    payment_intent: session.paymentIntent,
    payment_status: session.status === "complete" ? "paid" : "unpaid",
    status: session.status,
    subscription: session.subscription,
    success_url: session.successUrl,
    ui_mode: "hosted_page",
    url: session.status === "open" ? `${url}/c/pay/${session.id}` : null,
  };
}

export function subscriptionJson(row: Subscription, price: Price): Some<Stripe.Subscription> {
  const item: Some<Stripe.SubscriptionItem> = {
    id: row.item,
    object: "subscription_item",
    created: row.created,
    current_period_end: row.periodEnd,
    current_period_start: row.periodStart,
    metadata: {},
    price: priceJson(price),
    quantity: row.quantity,
    subscription: row.id,
  };
  return {
    id: row.id,
    object: "subscription",
    billing_cycle_anchor: row.created,
    cancel_at: row.cancelAtPeriodEnd ? row.periodEnd : null,
    cancel_at_period_end: row.cancelAtPeriodEnd,
    canceled_at: row.canceledAt,
    collection_method: "charge_automatically",
    created: row.created,
    currency: price.currency,
    customer: row.customer,
    ended_at: row.endedAt,
    items: listJson([item], `/v1/subscription_items?subscription=${row.id}`),
    latest_invoice: row.latestInvoice,
    livemode: false,
    metadata: row.metadata,
    start_date: row.created,
    status: row.status,
    trial_end: null,
    trial_start: null,
  };
}

export function invoiceJson(invoice: Invoice): Some<Stripe.Invoice> {
  const paid = invoice.status === "paid" ? invoice.amount : 0;
  return {
    id: invoice.id,
    object: "invoice",
    amount_due: invoice.amount,
    amount_paid: paid,
    amount_remaining: invoice.amount - paid,
    attempt_count: invoice.attempts,
    attempted: invoice.attempts > 0,
    auto_advance: invoice.status === "open",
    billing_reason: invoice.reason,
    collection_method: "charge_automatically",
    created: invoice.created,
    currency: invoice.currency,
    customer: invoice.customer,
    hosted_invoice_url: null,
    invoice_pdf: null,
    livemode: false,
    metadata: {},
    number: invoice.number,
    parent: {
      type: "subscription_details",
      quote_details: null,
      subscription_details: {
        metadata: invoice.subscriptionMetadata,
        subscription: invoice.subscription,
      },
    },
    period_end: invoice.periodEnd,
    period_start: invoice.periodStart,
    status: invoice.status,
    subtotal: invoice.amount,
    total: invoice.amount,
  };
}

export function paymentIntentJson(intent: PaymentIntent): Some<Stripe.PaymentIntent> {
  const received = intent.status === "succeeded" ? intent.amount : 0;
  return {
    id: intent.id,
    object: "payment_intent",
    amount: intent.amount,
    amount_received: received,
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer,
    livemode: false,
    metadata: intent.metadata,
    payment_method_types: ["card"],
    status: intent.status,
  };
}

export function portalJson(portal: Portal, url: string): Some<Stripe.BillingPortal.Session> {
  return {
    id: portal.id,
    object: "billing_portal.session",
    created: portal.created,
    customer: portal.customer,
    livemode: false,
    return_url: portal.returnUrl,
    url: `${url}/p/session/${portal.id}`,
  };
}

/** The answer of a list endpoint. */
export function listJson<T>(data: T[], url: string, hasMore = false) {
  return { object: "list" as const, data, has_more: hasMore, url };
}
