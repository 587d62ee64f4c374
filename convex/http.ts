/** The HTTP endpoints: other services' webhooks, and a sign of life. */
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { clerkUsersWebhook } from "./auth/webhook";
import { daytonaWebhook } from "./projects/webhook";
import { stripeWebhook } from "./payments/webhook";

const http = httpRouter();

http.route({ path: "/clerk-users-webhook", method: "POST", handler: clerkUsersWebhook });

http.route({ path: "/daytona-webhook", method: "POST", handler: daytonaWebhook });

http.route({ path: "/stripe/webhook", method: "POST", handler: stripeWebhook });

http.route({
  path: "/health",
  method: "GET",
  // For load balancers: answers without touching the database, and tells nothing else.
  handler: httpAction(() => Promise.resolve(Response.json({ status: "ok" }))),
});

export default http;
