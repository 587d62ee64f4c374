import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { cancelNow, isEnded } from "./billing.ts";
import { customerJson } from "./describe.ts";
import type { Ledger } from "./ledger.ts";
import { livingCustomer, must } from "./ledger.ts";
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
import type { Customer } from "./rows.ts";
import { stripeId } from "./rows.ts";

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
export function customerRoutes(ledger: Ledger): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { customers } = ledger;
  app.post(
    "/",
    endpoint(ledger, writable, ({ params, work }) => {
      const customer: Customer = {
        id: stripeId("cus"),
        email: params.email ?? null,
        name: params.name ?? null,
        metadata: withMetadata({}, params.metadata),
        card: "works",
        created: work.now,
        deleted: false,
      };
      work.event("customer.created", customerJson(work.put(customers, customer)));
      return customerJson(customer);
    }),
  );
  app.get(
    "/",
    endpoint(ledger, listed, ({ params: { email, created, ...params } }) => {
      const keep = (row: Customer) =>
        !row.deleted &&
        (email === undefined || row.email === email) &&
        isWithin(row.created, created);
      return page(customers, params, "/v1/customers", keep, customerJson);
    }),
  );
  app.get(
    "/:id",
    endpoint(ledger, z.strictObject({}), ({ id }) => customerJson(must(customers, "customer", id))),
  );
  app.post(
    "/:id",
    endpoint(ledger, writable, ({ params, id, work }) => {
      const old = livingCustomer(ledger, id);
      const customer = work.put(customers, {
        ...old,
        email: params.email === undefined ? old.email : params.email,
        name: params.name === undefined ? old.name : params.name,
        metadata: withMetadata(old.metadata, params.metadata),
      });
      const { email, name, metadata } = old;
      work.event("customer.updated", customerJson(customer), { email, name, metadata });
      return customerJson(customer);
    }),
  );
  app.delete(
    "/:id",
    endpoint(ledger, z.strictObject({}), ({ id, work }) => {
      const customer = livingCustomer(ledger, id);
      for (const subscription of ledger.subscriptions.values()) {
        if (subscription.customer !== id || isEnded(subscription)) continue;
        cancelNow(ledger, work, subscription);
      }
      work.event("customer.deleted", customerJson(customer)); // as it was, as Stripe has it
      return customerJson(work.put(customers, { ...customer, deleted: true }));
    }),
  );
  return app;
}
