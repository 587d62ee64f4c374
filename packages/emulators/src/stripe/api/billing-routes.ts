import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import {
  cancelAtPeriodEnd,
  cancelNow,
  isEnded,
  renew,
  updateSubscription,
} from "../store/billing.ts";
import { invoiceJson, paymentIntentJson, priceJson, subscriptionJson } from "../store/json.ts";
import { invalid, noSuchObject, invalidParameters } from "../errors.ts";
import type { StripeStore, Transaction } from "../store/store.ts";
import { getOrThrow, priceOf } from "../store/store.ts";
import { endpoint, formBoolean, formMetadata, listParams, page, withMetadata } from "./requests.ts";
import type { Invoice, PaymentIntent, Price, Subscription } from "../store/rows.ts";
import { invoiceSchema, subscriptionStatus } from "../store/rows.ts";

const nothing = z.strictObject({});
const byCustomer = listParams.extend({ customer: z.string().optional() });
const subscriptionsListed = byCustomer.extend({
  price: z.string().optional(),
  status: z.union([subscriptionStatus, z.enum(["all", "ended"])]).optional(),
});
const invoicesListed = byCustomer.extend({
  subscription: z.string().optional(),
  status: invoiceSchema.shape.status.optional(),
});
const subscriptionUpdated = z.strictObject({
  cancel_at_period_end: formBoolean.optional(),
  cancel_at: z.literal("", "the emulator can only unset it").optional(),
  metadata: formMetadata.optional(),
});
const cancellation = z.strictObject({
  invoice_now: formBoolean.optional(),
  prorate: formBoolean.optional(),
});

/** `/v1/subscriptions` */
export function subscriptionRoutes(store: StripeStore): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { subscriptions } = store;
  const describe = (row: Subscription) => subscriptionJson(row, priceOf(store, row));
  app.get(
    "/",
    endpoint(store, subscriptionsListed, ({ params: { customer, price, status, ...params } }) => {
      const keep = (row: Subscription) =>
        (customer === undefined || row.customer === customer) &&
        (price === undefined || row.price === price) &&
        hasStatus(row, status);
      return page(subscriptions, params, "/v1/subscriptions", keep, describe);
    }),
  );
  app.get(
    "/:id",
    endpoint(store, nothing, ({ id }) => describe(getOrThrow(subscriptions, "subscription", id))),
  );
  app.post(
    "/:id",
    endpoint(store, subscriptionUpdated, ({ params, id, tx }) => {
      const { cancel_at, cancel_at_period_end, metadata } = params;
      let row = getOrThrow(subscriptions, "subscription", id);
      const cancel = cancel_at === "" ? false : cancel_at_period_end;
      if (isEnded(row) && cancel !== undefined) {
        throw invalid(
          "A canceled subscription can only update its cancellation_details and metadata.",
        );
      }
      if (metadata) row = { ...row, metadata: withMetadata(row.metadata, metadata) };
      return describe(
        cancel === undefined
          ? updateSubscription(store, tx, row, {})
          : cancelAtPeriodEnd(store, tx, row, cancel),
      );
    }),
  );
  app.delete(
    "/:id",
    endpoint(store, cancellation, ({ id, tx }) => {
      const row = getOrThrow(subscriptions, "subscription", id);
      if (isEnded(row)) throw noSuchObject("subscription", id); // Stripe's answer to a second cancel
      return describe(cancelNow(store, tx, row));
    }),
  );
  return app;
}

/** `/v1/prices`, `/v1/invoices` and `/v1/payment_intents`; all read-only. */
export function billingRoutes(store: StripeStore): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { prices, invoices, paymentIntents } = store;
  app.get(
    "/prices",
    endpoint(store, listParams, ({ params }) =>
      page<Price>(prices, params, "/v1/prices", () => true, priceJson),
    ),
  );
  app.get(
    "/prices/:id",
    endpoint(store, nothing, ({ id }) => priceJson(getOrThrow(prices, "price", id))),
  );
  app.get(
    "/invoices",
    endpoint(store, invoicesListed, ({ params: { customer, subscription, status, ...params } }) => {
      const keep = (row: Invoice) =>
        (customer === undefined || row.customer === customer) &&
        (subscription === undefined || row.subscription === subscription) &&
        (status === undefined || row.status === status);
      return page(invoices, params, "/v1/invoices", keep, invoiceJson);
    }),
  );
  app.get(
    "/invoices/:id",
    endpoint(store, nothing, ({ id }) => invoiceJson(getOrThrow(invoices, "invoice", id))),
  );
  app.get(
    "/payment_intents",
    endpoint(store, byCustomer, ({ params: { customer, ...params } }) => {
      const keep = (row: PaymentIntent) => customer === undefined || row.customer === customer;
      return page(paymentIntents, params, "/v1/payment_intents", keep, paymentIntentJson);
    }),
  );
  app.get(
    "/payment_intents/:id",
    endpoint(store, nothing, ({ id }) =>
      paymentIntentJson(getOrThrow(paymentIntents, "payment_intent", id)),
    ),
  );
  return app;
}

const simulation = z.union([
  z.strictObject({ renew: z.literal(true) }),
  z.strictObject({ status: subscriptionStatus }),
]);

/**
 * For tests: `POST /_subscriptions/:id` simulates what Stripe does without a request. JSON `{"renew": true}` ends the
 * current period; `{"status": …}` sets the status. Needs no key: `origins.ts` decides who may call it.
 */
export function simulationRoutes(store: StripeStore): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.post("/_subscriptions/:id", async (context) => {
    const input = simulation.safeParse(await context.req.json().catch(() => undefined));
    if (!input.success) throw invalidParameters(input.error);
    const row = getOrThrow(store.subscriptions, "subscription", context.req.param("id"));
    const tx = store.begin();
    const after = simulate(store, tx, row, input.data);
    tx.commit();
    return context.json(subscriptionJson(after, priceOf(store, after)));
  });
  return app;
}

function simulate(
  store: StripeStore,
  tx: Transaction,
  row: Subscription,
  wanted: z.infer<typeof simulation>,
) {
  if ("renew" in wanted) return renew(store, tx, row);
  if (wanted.status === "canceled") return cancelNow(store, tx, row);
  return updateSubscription(store, tx, row, { status: wanted.status });
}

function hasStatus(row: Subscription, status: string | undefined): boolean {
  if (status === "all") return true;
  if (status === undefined) return row.status !== "canceled";
  if (status === "ended") return isEnded(row);
  return row.status === status;
}
