import type { AuthProvider } from "convex/server";
import type { AuthProvider as StoredProvider } from "../engine/code/analysis.ts";
import { DeveloperError } from "../values/developer_error.ts";

/** A provider of `auth.config.ts` with its issuer as a URL. */
export type Provider =
  | {
      readonly type: "oidc";
      /** With a scheme, otherwise as configured. */
      readonly issuer: string;
      readonly applicationID: string;
    }
  | {
      readonly type: "customJwt";
      readonly issuer: string;
      readonly applicationID: string | undefined;
      /** A URL, `data:` included. */
      readonly jwks: string;
      readonly algorithm: "RS256" | "ES256";
    };

/**
 * Checks and normalises a provider as the push brings it.
 *
 * @param config - The provider.
 * @throws DeveloperError `InvalidProviderDomainUrl` or `InvalidSignatureAlgorithm`.
 */
export function parseProvider(config: AuthProvider): Provider {
  if (!("type" in config)) {
    const issuer = parseIssuer(config.domain);
    return { type: "oidc", issuer, applicationID: config.applicationID };
  }
  const { applicationID, jwks, algorithm } = config;
  // Checked although typed: the configuration is the developer's code, evaluated.
  if (!["RS256", "ES256"].includes(algorithm)) {
    throw new DeveloperError(
      "InvalidSignatureAlgorithm",
      `Invalid signature algorithm (only RS256 and ES256 are supported): ${algorithm}`,
    );
  }
  return { type: "customJwt", issuer: parseIssuer(config.issuer), applicationID, jwks, algorithm };
}

/**
 * Whether a provider issues tokens with these claims. Scheme and trailing slashes are forgiven.
 *
 * @param provider - The provider.
 * @param issuer - The token's `iss`.
 * @param audiences - The token's `aud`.
 */
export function matchesToken(
  provider: Provider,
  issuer: string,
  audiences: readonly string[],
): boolean {
  const { applicationID } = provider;
  if (applicationID !== undefined && !audiences.includes(applicationID)) return false;
  const withScheme = /^https?:\/\//.test(issuer) ? issuer : `https://${issuer}`;
  return withoutSlashes(provider.issuer) === withoutSlashes(withScheme);
}

/**
 * A URL without its trailing slashes.
 *
 * @param url - The URL.
 */
export function withoutSlashes(url: string): string {
  let end = url.length;
  while (end > 0 && url[end - 1] === "/") end--;
  return url.slice(0, end);
}

/**
 * Describes providers for the message about a token that matches none.
 *
 * @param providers - All of them.
 */
export function describeProviders(providers: readonly Provider[]): string {
  return providers
    .map((provider) =>
      provider.type === "oidc"
        ? `OIDC(domain=${provider.issuer}, app_id=${provider.applicationID})`
        : `CustomJWT(issuer=${provider.issuer}, app_id=${provider.applicationID ?? "none"})`,
    )
    .join(", ");
}

function parseIssuer(configured: string): string {
  if (configured.startsWith('"')) {
    throw invalidDomain(configured, 'starts with a double quote (")');
  }
  const hasScheme = /^\w+:\/\//.test(configured);
  const issuer = hasScheme ? configured : `https://${configured}`;
  if (!URL.canParse(issuer)) throw invalidDomain(configured, "not a URL");
  const url = new URL(issuer);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw invalidDomain(configured, "scheme should be http or https");
  }
  if (!hasScheme && url.hostname !== "localhost" && !/\.[a-z][a-z0-9-]+$/i.test(url.hostname)) {
    throw invalidDomain(
      configured,
      "Does not look like a URL (must have a scheme or end with a top-level domain)",
    );
  }
  return issuer;
}

function invalidDomain(configured: string, reason: string): DeveloperError {
  return new DeveloperError(
    "InvalidProviderDomainUrl",
    `Invalid provider domain URL "${configured}": ${reason}`,
  );
}

/** A stored provider as the `convex` package types it: an absent id is left out, not null. */
export function providerConfigOf(provider: StoredProvider): AuthProvider {
  if (!("type" in provider)) return provider;
  const { applicationID, ...rest } = provider;
  return applicationID === null ? rest : { ...rest, applicationID };
}
