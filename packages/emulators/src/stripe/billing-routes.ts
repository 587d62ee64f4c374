import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { cancelAtPeriodEnd, cancelNow, change, isEnded, renew } from "./billing.ts";
import { invoiceJson, paymentIntentJson, priceJson, subscriptionJson } from "./describe.ts";
import { invalid, missing, refusalOf } from "./errors.ts";
import type { Ledger, Work } from "./ledger.ts";
import { must, priceOf } from "./ledger.ts";
import { endpoint, formBoolean, formMetadata, listParams, page, withMetadata } from "./requests.ts";
import type { Invoice, PaymentIntent, Price, Subscription } from "./rows.ts";
import { invoiceSchema, subscriptionStatus } from "./rows.ts";

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
  cancel_at: z.literal("", "the emulator only takes it away").optional(),
  metadata: formMetadata.optional(),
});
const cancellation = z.strictObject({
  invoice_now: formBoolean.optional(),
  prorate: formBoolean.optional(),
});

/** `/v1/subscriptions` */
export function subscriptionRoutes(ledger: Ledger): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { subscriptions } = ledger;
  const describe = (row: Subscription) => subscriptionJson(row, priceOf(ledger, row));
  app.get(
    "/",
    endpoint(ledger, subscriptionsListed, ({ params: { customer, price, status, ...params } }) => {
      const keep = (row: Subscription) =>
        (customer === undefined || row.customer === customer) &&
        (price === undefined || row.price === price) &&
        hasStatus(row, status);
      return page(subscriptions, params, "/v1/subscriptions", keep, describe);
    }),
  );
  app.get(
    "/:id",
    endpoint(ledger, nothing, ({ id }) => describe(must(subscriptions, "subscription", id))),
  );
  app.post(
    "/:id",
    endpoint(ledger, subscriptionUpdated, ({ params, id, work }) => {
      const { cancel_at, cancel_at_period_end, metadata } = params;
      let row = must(subscriptions, "subscription", id);
      const cancel = cancel_at === "" ? false : cancel_at_period_end;
      if (isEnded(row) && cancel !== undefined) {
        throw invalid(
          "A canceled subscription can only update its cancellation_details and metadata.",
        );
      }
      if (metadata) row = { ...row, metadata: withMetadata(row.metadata, metadata) };
      return describe(
        cancel === undefined
          ? change(ledger, work, row, {})
          : cancelAtPeriodEnd(ledger, work, row, cancel),
      );
    }),
  );
  app.delete(
    "/:id",
    endpoint(ledger, cancellation, ({ id, work }) => {
      const row = must(subscriptions, "subscription", id);
      if (isEnded(row)) throw missing("subscription", id); // as Stripe has it for a second cancel
      return describe(cancelNow(ledger, work, row));
    }),
  );
  return app;
}

/** What the account sells, bills and was paid. */
export function billingRoutes(ledger: Ledger): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { prices, invoices, paymentIntents } = ledger;
  app.get(
    "/prices",
    endpoint(ledger, listParams, ({ params }) =>
      page<Price>(prices, params, "/v1/prices", () => true, priceJson),
    ),
  );
  app.get(
    "/prices/:id",
    endpoint(ledger, nothing, ({ id }) => priceJson(must(prices, "price", id))),
  );
  app.get(
    "/invoices",
    endpoint(
      ledger,
      invoicesListed,
      ({ params: { customer, subscription, status, ...params } }) => {
        const keep = (row: Invoice) =>
          (customer === undefined || row.customer === customer) &&
          (subscription === undefined || row.subscription === subscription) &&
          (status === undefined || row.status === status);
        return page(invoices, params, "/v1/invoices", keep, invoiceJson);
      },
    ),
  );
  app.get(
    "/invoices/:id",
    endpoint(ledger, nothing, ({ id }) => invoiceJson(must(invoices, "invoice", id))),
  );
  app.get(
    "/payment_intents",
    endpoint(ledger, byCustomer, ({ params: { customer, ...params } }) => {
      const keep = (row: PaymentIntent) => customer === undefined || row.customer === customer;
      return page(paymentIntents, params, "/v1/payment_intents", keep, paymentIntentJson);
    }),
  );
  app.get(
    "/payment_intents/:id",
    endpoint(ledger, nothing, ({ id }) =>
      paymentIntentJson(must(paymentIntents, "payment_intent", id)),
    ),
  );
  return app;
}

const fate = z.union([
  z.strictObject({ renew: z.literal(true) }),
  z.strictObject({ status: subscriptionStatus }),
]);

/**
 * `POST /_subscriptions/:id` with JSON `{"renew": true}` (its period is over) or `{"status": …}`
 * (whatever led there): what time and banks do, for tests. A development endpoint, without a key.
 */
export function fateRoutes(ledger: Ledger): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.post("/_subscriptions/:id", async (context) => {
    const wish = fate.safeParse(await context.req.json().catch(() => undefined));
    if (!wish.success) throw refusalOf(wish.error);
    const row = must(ledger.subscriptions, "subscription", context.req.param("id"));
    const work = ledger.work();
    const after = meet(ledger, work, row, wish.data);
    work.commit();
    return context.json(subscriptionJson(after, priceOf(ledger, after)));
  });
  return app;
}

function meet(ledger: Ledger, work: Work, row: Subscription, wish: z.infer<typeof fate>) {
  if ("renew" in wish) return renew(ledger, work, row);
  if (wish.status === "canceled") return cancelNow(ledger, work, row);
  return change(ledger, work, row, { status: wish.status });
}

function hasStatus(row: Subscription, status: string | undefined): boolean {
  if (status === "all") return true;
  if (status === undefined) return row.status !== "canceled";
  if (status === "ended") return isEnded(row);
  return row.status === status;
}
