import { Hono } from "hono";
import { z } from "zod";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { expireSession } from "../store/billing.ts";
import { portalJson, sessionJson } from "../store/json.ts";
import { invalid } from "../errors.ts";
import type { StripeStore } from "../store/store.ts";
import { undeletedCustomer, getOrThrow } from "../store/store.ts";
import { endpoint, formInt, formMetadata, listParams, page, withMetadata } from "./requests.ts";
import type { Session } from "../store/rows.ts";
import { sessionSchema, stripeId } from "../store/rows.ts";

const SESSION_SECONDS = 24 * 60 * 60;

const webAddress = z.string().refine(isWebAddress, "Not a valid URL");
const resultData = z.strictObject({ metadata: formMetadata.optional() });

const created = z.strictObject({
  mode: sessionSchema.shape.mode,
  customer: z.string().optional(),
  customer_email: z.email().optional(),
  client_reference_id: z.string().max(200).optional(),
  line_items: z
    .array(
      z.strictObject({
        price: z.string(),
        quantity: formInt.pipe(z.int().min(1).max(999_999)).optional(),
      }),
    )
    .length(1, "the emulator supports a single price"),
  success_url: webAddress,
  cancel_url: webAddress.optional(),
  metadata: formMetadata.optional(),
  subscription_data: resultData.optional(),
  payment_intent_data: resultData.optional(),
});

const listed = listParams.extend({
  customer: z.string().optional(),
  status: sessionSchema.shape.status.optional(),
});

const portalCreated = z.strictObject({ customer: z.string(), return_url: webAddress.optional() });

/** `/v1/checkout/sessions`; `url` is the emulator's, for links to its pages. */
export function checkoutRoutes(store: StripeStore, url: string): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  const { sessions } = store;
  const describe = (session: Session) =>
    sessionJson(session, getOrThrow(store.prices, "price", session.price), url);
  app.post(
    "/",
    endpoint(store, created, ({ params, tx }) =>
      describe(tx.put(sessions, newSession(store, params, tx.now))),
    ),
  );
  app.get(
    "/",
    endpoint(store, listed, ({ params: { customer, status, ...params } }) => {
      const keep = (row: Session) =>
        (customer === undefined || row.customer === customer) &&
        (status === undefined || row.status === status);
      return page(sessions, params, "/v1/checkout/sessions", keep, describe);
    }),
  );
  app.get(
    "/:id",
    endpoint(store, z.strictObject({}), ({ id }) =>
      describe(getOrThrow(sessions, "checkout.session", id)),
    ),
  );
  app.post(
    "/:id/expire",
    endpoint(store, z.strictObject({}), ({ id, tx }) => {
      const session = getOrThrow(sessions, "checkout.session", id);
      if (session.status !== "open") {
        throw invalid(
          `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
        );
      }
      return describe(expireSession(store, tx, session, url));
    }),
  );
  return app;
}

/** `/v1/billing_portal/sessions` */
export function portalRoutes(store: StripeStore, url: string): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.post(
    "/",
    endpoint(store, portalCreated, ({ params, tx }) => {
      const customer = undeletedCustomer(store, params.customer, "customer").id;
      const returnUrl = params.return_url ?? null;
      const portal = { id: stripeId("bps"), customer, returnUrl, created: tx.now };
      return portalJson(tx.put(store.portals, portal), url);
    }),
  );
  return app;
}

function newSession(store: StripeStore, params: z.infer<typeof created>, now: number): Session {
  const { mode, customer, customer_email: email } = params;
  const [item] = params.line_items;
  if (item === undefined) throw invalid("Missing required param: line_items.", "line_items");
  if (customer !== undefined && email !== undefined) {
    throw invalid("You may only specify one of these parameters: customer, customer_email.");
  }
  const wrong = mode === "subscription" ? "payment_intent_data" : "subscription_data";
  if (params[wrong]) throw invalid(`You can not pass \`${wrong}\` in \`${mode}\` mode.`, wrong);
  const result = mode === "subscription" ? params.subscription_data : params.payment_intent_data;
  return {
    id: stripeId("cs_test"),
    customer: customer === undefined ? null : undeletedCustomer(store, customer, "customer").id,
    customerEmail: email ?? store.customers.get(customer ?? "")?.email ?? null,
    mode,
    price: getOrThrow(store.prices, "price", item.price, "line_items[0][price]").id,
    quantity: item.quantity ?? 1,
    status: "open",
    successUrl: params.success_url,
    cancelUrl: params.cancel_url ?? null,
    clientReferenceId: params.client_reference_id ?? null,
    metadata: withMetadata({}, params.metadata),
    resultMetadata: withMetadata({}, result?.metadata),
    subscription: null,
    invoice: null,
    paymentIntent: null,
    created: now,
    expiresAt: now + SESSION_SECONDS,
  };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
