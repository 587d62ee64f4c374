import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { cancelNow, isEnded } from "./billing.ts";
import { customerJson } from "./describe.ts";
import { invalid } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { livingCustomer, must } from "./ledger.ts";
import {
  endpoint,
  formInt,
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
/** "Searchable in less than a minute", says Stripe; in an outage it can be an hour. */
const SEARCH_LAG_SECONDS = 60;
const searched = z.strictObject({ query: z.string(), limit: formInt.optional() });

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
    "/search",
    endpoint(ledger, searched, ({ params: { query, limit = 10 } }) => {
      const keep = searchPredicate(query);
      const newest = ledger.seconds() - SEARCH_LAG_SECONDS;
      const found = customers
        .values()
        .filter((row) => !row.deleted && row.created <= newest && keep(row));
      const data = found.slice(0, limit).map(customerJson);
      const has_more = found.length > data.length;
      return {
        object: "search_result",
        data,
        has_more,
        next_page: null,
        url: "/v1/customers/search",
      };
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

/** Stripe's search language, as far as `email:'…'`, `name:'…'` and `metadata['…']:'…'` joined by AND. */
function searchPredicate(query: string): (customer: Customer) => boolean {
  const clauses = query.split(/\s+AND\s+/).map((clause) => {
    const match = /^(?:(email|name)|metadata\[['"](.+)['"]\]):['"](.*)['"]$/.exec(clause.trim());
    if (!match) throw invalid(`We were unable to parse your search query: ${clause}`, "query");
    const [, field, key = "", value] = match;
    return (customer: Customer) => {
      if (field === "email") return customer.email === value;
      if (field === "name") return customer.name === value;
      return customer.metadata[key] === value;
    };
  });
  return (customer) => clauses.every((holds) => holds(customer));
}
