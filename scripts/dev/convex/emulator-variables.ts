import type { ClerkEmulator, DaytonaEmulator, StripeEmulator } from "@quaver/emulators";
import type { Variables } from "./variables.ts";

/** The emulators, and where the front end is. */
interface Surroundings {
  clerk: ClerkEmulator;
  daytona: DaytonaEmulator;
  stripe: StripeEmulator;
  siteUrl: string;
}

/** The variables by which a deployment finds the emulators, and checks that it is them. */
export function emulatorVariables({ clerk, daytona, stripe, siteUrl }: Surroundings): Variables {
  return {
    CLERK_API_URL: clerk.url,
    CLERK_JWT_ISSUER_DOMAIN: clerk.issuer,
    CLERK_SECRET_KEY: clerk.secretKey,
    CLERK_WEBHOOK_SECRET: clerk.webhookSecret,
    DAYTONA_API_KEY: daytona.apiKey,
    DAYTONA_API_URL: daytona.url,
    DAYTONA_WEBHOOK_SECRET: daytona.webhookSecret,
    SITE_URL: siteUrl,
    STRIPE_PRICE_PRO: stripe.priceIds.pro ?? "",
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
  };
}
