import type { MiddlewareHandler } from "hono";
import { Hono } from "hono";
import { allowedOriginsOnly, corsFor } from "../shared/origins.ts";
import type { FaultInjector } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controlRoutes, hasBearer, limitBody } from "../shared/middleware.ts";
import { applyElapsedTime } from "./store/billing.ts";
import { billingRoutes, simulationRoutes, subscriptionRoutes } from "./api/billing-routes.ts";
import { checkoutRoutes, portalRoutes } from "./api/checkout-routes.ts";
import { customerRoutes } from "./api/customer-routes.ts";
import { StripeError } from "./errors.ts";
import { idempotent, requestIdOf } from "./api/idempotency.ts";
import type { StripeStore } from "./store/store.ts";
import { API_VERSION } from "./store/store.ts";
import { checkoutPages, portalPages } from "./pages/pages.ts";
import { stripeId } from "./store/rows.ts";

/** What the app is made of. */
export interface StripeParts {
  store: StripeStore;
  faults: FaultInjector;
  origins: readonly string[];
  secretKey: string;
  /** The emulator's own URL, for links to its pages. */
  url: string;
}

/** Stripe's hosted pages, which front ends link to. */
const PAGES = /^\/(?:c\/pay|p\/session)\//;

/** At its root. */
const FRONT_PAGE = {
  service: "Stripe",
  about: "Stripe's SDK uses it as its API, with its secret key.",
  routes: {
    "/v1/…": "customers, subscriptions, invoices, checkout and portal sessions, with the key",
    "/c/pay/…": "the checkout page of a session",
    "/p/session/…": "the customer portal of a session",
  },
};

/** The emulator's HTTP app: Stripe's API, its hosted pages, and the routes that control the emulator. */
export function stripeApp(parts: StripeParts): Hono<EmulatorEnv> {
  const { store, faults, origins, secretKey, url } = parts;
  const app = new Hono<EmulatorEnv>();
  app.use(allowedOriginsOnly({ origins, pages: PAGES }), corsFor(origins), limitBody);
  app.route("/", controlRoutes(faults, FRONT_PAGE));
  app.route("/", simulationRoutes(store));
  app.use("/v1/*", addRequestId);
  app.use(idempotent({ store, faults, secretKey }));
  app.use(async (_, next) => {
    applyElapsedTime(store, url);
    await next();
  });
  app.route("/c/pay", checkoutPages(store, url));
  app.route("/p/session", portalPages(store));
  app.route("/v1", api(parts));
  app.notFound(({ req }) => {
    throw new StripeError(404, {
      type: "invalid_request_error",
      message: `Unrecognized request URL (${req.method}: ${req.path}): the Stripe emulator doesn't have it.`,
    });
  });
  app.onError((error, context) => {
    if (error instanceof StripeError) return context.json(error.body, error.status);
    return context.json({ error: { type: "api_error", message: error.message } }, 500);
  });
  return app;
}

/** Adds a `request-id` to every answer of the API, also to one of a fault, or of an idempotency key. */
const addRequestId: MiddlewareHandler<EmulatorEnv> = async (context, next) => {
  context.header("request-id", stripeId("req"));
  const id = requestIdOf(context);
  await next();
  context.res.headers.set("request-id", id);
};

function api({ store, secretKey, url }: StripeParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.use(async (context, next) => {
    context.header("stripe-version", context.req.header("stripe-version") ?? API_VERSION);
    if (!hasBearer(context, secretKey)) {
      const message = "Invalid API Key provided.";
      throw new StripeError(401, { type: "invalid_request_error", message });
    }
    await next();
  });
  app.route("/customers", customerRoutes(store));
  app.route("/checkout/sessions", checkoutRoutes(store, url));
  app.route("/billing_portal/sessions", portalRoutes(store, url));
  app.route("/subscriptions", subscriptionRoutes(store));
  app.route("/", billingRoutes(store));
  return app;
}
