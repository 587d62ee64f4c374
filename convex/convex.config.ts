/**
 * The app definition: its components, and the environment variables its functions may read.
 *
 * `CLERK_JWT_ISSUER_DOMAIN` alone is required: without it `auth.config.ts` names no issuer, nobody
 * can sign in, and a push that succeeded would be a deployment that refuses everyone. The others
 * are optional: what needs a missing one fails by itself, in words that name the variable, and the
 * rest works. `.env.example` says what each is for and where one gets it.
 */
import rateLimiter from "@convex-dev/rate-limiter/convex.config.js";
import stripe from "@convex-dev/stripe/convex.config.js";
import workpool from "@convex-dev/workpool/convex.config.js";
import { defineApp } from "convex/server";
import { v } from "convex/values";

const app = defineApp({
  env: {
    AGENT_COMMAND: v.optional(v.string()),
    AGENT_ENV: v.optional(v.string()),
    CLERK_API_URL: v.optional(v.string()),
    CLERK_JWT_ISSUER_DOMAIN: v.string(),
    CLERK_SECRET_KEY: v.optional(v.string()),
    CLERK_WEBHOOK_SECRET: v.optional(v.string()),
    DAYTONA_API_KEY: v.optional(v.string()),
    DAYTONA_API_URL: v.optional(v.string()),
    DAYTONA_TARGET: v.optional(v.string()),
    DAYTONA_WEBHOOK_SECRET: v.optional(v.string()),
    QUAVER_DEPLOYMENT: v.optional(v.string()),
    QUAVER_SNAPSHOT: v.optional(v.string()),
    SITE_URL: v.optional(v.string()),
    STRIPE_PRICE_PRO: v.optional(v.string()),
    STRIPE_SECRET_KEY: v.optional(v.string()),
    STRIPE_WEBHOOK_SECRET: v.optional(v.string()),
  },
});

app.use(rateLimiter);
app.use(stripe);
app.use(workpool);

export default app;
