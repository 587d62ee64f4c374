/**
 * Who may issue tokens: the Clerk instance whose Frontend API URL is in the environment.
 * The keys come from `{domain}/.well-known/openid-configuration`; `convex` is the audience of
 * Clerk's "convex" token template and of its Convex integration.
 */
import type { AuthConfig } from "convex/server";
import { env } from "./_generated/server";

export default {
  providers: [{ domain: env.CLERK_JWT_ISSUER_DOMAIN, applicationID: "convex" }],
} satisfies AuthConfig;
