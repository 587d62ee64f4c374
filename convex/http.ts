/** The HTTP endpoints: other services' webhooks, and a sign of life. */
import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { clerkUsersWebhook } from "./auth/webhook";
import { daytonaWebhook } from "./projects/webhook";
import { stripeWebhook } from "./payments/stripe/webhook";

/** For load balancers: answers without touching the database, and tells nothing else. */
const health = httpAction(() => Promise.resolve(Response.json({ status: "ok" })));

const http = httpRouter();

http.route({ path: "/clerk-users-webhook", method: "POST", handler: clerkUsersWebhook });

http.route({ path: "/daytona-webhook", method: "POST", handler: daytonaWebhook });

http.route({ path: "/stripe/webhook", method: "POST", handler: stripeWebhook });

http.route({ path: "/health", method: "GET", handler: health });

export default http;
