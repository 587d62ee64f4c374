import type { MiddlewareHandler } from "hono";
import { Hono } from "hono";
import { knownCallersOnly, readableFor } from "../shared/callers.ts";
import type { FaultDesk } from "../shared/faults.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { controls, hasBearer, limitedBody } from "../shared/middleware.ts";
import { catchUp } from "./billing.ts";
import { billingRoutes, fateRoutes, subscriptionRoutes } from "./billing-routes.ts";
import { checkoutRoutes, portalRoutes } from "./checkout-routes.ts";
import { customerRoutes } from "./customer-routes.ts";
import { StripeRefusal } from "./errors.ts";
import { idempotent, requestIdOf } from "./idempotency.ts";
import type { Ledger } from "./ledger.ts";
import { API_VERSION } from "./ledger.ts";
import { checkoutPages, portalPages } from "./pages.ts";
import { stripeId } from "./rows.ts";

/** What the app serves. */
export interface StripeParts {
  ledger: Ledger;
  faults: FaultDesk;
  origins: readonly string[];
  secretKey: string;
  /** The emulator's own address, which the pages' links carry. */
  url: string;
}

/** What people visit, coming from the front end. */
const PAGES = /^\/(?:c\/pay|p\/session)\//;

/** The emulator's HTTP face: Stripe's API, its hosted pages, and the tests' levers. */
export function stripeApp(parts: StripeParts): Hono<EmulatorEnv> {
  const { ledger, faults, origins, secretKey, url } = parts;
  const app = new Hono<EmulatorEnv>();
  app.use(knownCallersOnly({ origins, pages: PAGES }), readableFor(origins), limitedBody);
  app.route("/", controls(faults));
  app.route("/", fateRoutes(ledger));
  app.use("/v1/*", identified);
  app.use(idempotent({ ledger, faults, secretKey }));
  app.use(async (_, next) => {
    catchUp(ledger, url);
    await next();
  });
  app.route("/c/pay", checkoutPages(ledger, url));
  app.route("/p/session", portalPages(ledger));
  app.route("/v1", api(parts));
  app.notFound(({ req }) => {
    throw new StripeRefusal(404, {
      type: "invalid_request_error",
      message: `Unrecognized request URL (${req.method}: ${req.path}): the Stripe emulator doesn't have it.`,
    });
  });
  app.onError((error, context) => {
    if (error instanceof StripeRefusal) return context.json(error.body, error.status);
    return context.json({ error: { type: "api_error", message: error.message } }, 500);
  });
  return app;
}

/** Every answer of the API names its request, that of a fault or a replay too. */
const identified: MiddlewareHandler<EmulatorEnv> = async (context, next) => {
  context.header("request-id", stripeId("req"));
  const id = requestIdOf(context);
  await next();
  context.res.headers.set("request-id", id);
};

function api({ ledger, secretKey, url }: StripeParts): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.use(async (context, next) => {
    context.header("stripe-version", context.req.header("stripe-version") ?? API_VERSION);
    if (!hasBearer(context, secretKey)) {
      const message = "Invalid API Key provided.";
      throw new StripeRefusal(401, { type: "invalid_request_error", message });
    }
    await next();
  });
  app.route("/customers", customerRoutes(ledger));
  app.route("/checkout/sessions", checkoutRoutes(ledger, url));
  app.route("/billing_portal/sessions", portalRoutes(ledger, url));
  app.route("/subscriptions", subscriptionRoutes(ledger));
  app.route("/", billingRoutes(ledger));
  return app;
}
