import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { cancelNow, isEnded } from "../store/billing.ts";
import { customerJson } from "../store/json.ts";
import type { StripeStore } from "../store/store.ts";
import { undeletedCustomer, getOrThrow } from "../store/store.ts";
import {
  endpoint,
  formMetadata,
  formRange,
  isWithin,
  listParams,
  nullableText,
  page,
  withMetadata,
} from "./requests.ts";
import type { Customer } from "../store/rows.ts";
import { stripeId } from "../store/rows.ts";

const writable = z.strictObject({
  email: nullableText.optional(),
  name: nullableText.optional(),
  metadata: formMetadata.optional(),
});

const listed = listParams.extend({
  email: z.string().optional(),
  created: formRange.optional(),
});
/** `/v1/customers` */
export function customerRoutes(store: StripeStore): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { customers } = store;
  app.post(
    "/",
    endpoint(store, writable, ({ params, tx }) => {
      const customer: Customer = {
        id: stripeId("cus"),
        email: params.email ?? null,
        name: params.name ?? null,
        metadata: withMetadata({}, params.metadata),
        card: "works",
        created: tx.now,
        deleted: false,
      };
      tx.event("customer.created", customerJson(tx.put(customers, customer)));
      return customerJson(customer);
    }),
  );
  app.get(
    "/",
    endpoint(store, listed, ({ params: { email, created, ...params } }) => {
      const keep = (row: Customer) =>
        !row.deleted &&
        (email === undefined || row.email === email) &&
        isWithin(row.created, created);
      return page(customers, params, "/v1/customers", keep, customerJson);
    }),
  );
  app.get(
    "/:id",
    endpoint(store, z.strictObject({}), ({ id }) =>
      customerJson(getOrThrow(customers, "customer", id)),
    ),
  );
  app.post(
    "/:id",
    endpoint(store, writable, ({ params, id, tx }) => {
      const old = undeletedCustomer(store, id);
      const customer = tx.put(customers, {
        ...old,
        email: params.email === undefined ? old.email : params.email,
        name: params.name === undefined ? old.name : params.name,
        metadata: withMetadata(old.metadata, params.metadata),
      });
      const { email, name, metadata } = old;
      tx.event("customer.updated", customerJson(customer), { email, name, metadata });
      return customerJson(customer);
    }),
  );
  app.delete(
    "/:id",
    endpoint(store, z.strictObject({}), ({ id, tx }) => {
      const customer = undeletedCustomer(store, id);
      for (const subscription of store.subscriptions.values()) {
        if (subscription.customer !== id || isEnded(subscription)) continue;
        cancelNow(store, tx, subscription);
      }
      tx.event("customer.deleted", customerJson(customer)); // with the customer's data, as at Stripe
      return customerJson(tx.put(customers, { ...customer, deleted: true }));
    }),
  );
  return app;
}
