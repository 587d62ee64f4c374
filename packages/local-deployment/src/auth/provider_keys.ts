import { createLocalJWKSet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { AuthError } from "./auth_error.ts";
import { type FetchedText, type FetchOptions, fetchText } from "./bounded_fetch.ts";
import { type Provider, withoutSlashes } from "./provider.ts";

/** Key sets, checked only as far as jose does not. */
const keySetSchema = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

const discoverySchema = z.looseObject({ issuer: z.string(), jwks_uri: z.string() });

/** A provider's keys at one time. */
export interface ProviderKeys {
  readonly resolve: JWTVerifyGetKey;
  /** The issuer that the provider itself names, for OIDC. */
  readonly issuer: string | undefined;
}

/**
 * Fetches a provider's keys: by OIDC discovery, or from a custom provider's key set.
 *
 * @param provider - The provider.
 * @param options - How to fetch.
 * @throws AuthError `AuthProviderDiscoveryFailed` (OIDC) or `InvalidAuthHeader` (custom).
 */
export function loadKeys(provider: Provider, options: FetchOptions): Promise<ProviderKeys> {
  return provider.type === "oidc"
    ? discoverKeys(provider.issuer, options)
    : loadKeySet(provider.jwks, options);
}

async function discoverKeys(issuer: string, options: FetchOptions): Promise<ProviderKeys> {
  const failed = `Auth provider discovery of ${issuer} failed`;
  const json = async (url: string): Promise<unknown> => {
    const response = await fetchText(url, options);
    if (response.status === 200) return JSON.parse(response.body);
    throw new AuthError(
      "AuthProviderDiscoveryFailed",
      `${failed}: ${describeStatus(response)} ${response.body.slice(0, 500)}`.trimEnd(),
    );
  };
  try {
    const discovered = await json(`${withoutSlashes(issuer)}/.well-known/openid-configuration`);
    const metadata = discoverySchema.parse(discovered);
    const keySet = keySetSchema.parse(await json(metadata.jwks_uri));
    return { resolve: createLocalJWKSet(keySet), issuer: metadata.issuer };
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    throw new AuthError("AuthProviderDiscoveryFailed", failed, { cause });
  }
}

async function loadKeySet(jwks: string, options: FetchOptions): Promise<ProviderKeys> {
  const body = jwks.startsWith("data:") ? decodeDataUrl(jwks) : await fetchKeySet(jwks, options);
  try {
    const keySet = keySetSchema.parse(JSON.parse(body));
    return { resolve: createLocalJWKSet(keySet), issuer: undefined };
  } catch (cause) {
    throw invalid(
      `Invalid JWKS response body from '${jwks}'. The response is not valid JSON or doesn't match ` +
        "the expected JWKS format.",
      cause,
    );
  }
}

const JWKS_MEDIA_TYPE = /^application\/(json|jwk-set\+json)\s*(;|$)/i;

async function fetchKeySet(url: string, options: FetchOptions): Promise<string> {
  const response = await fetchText(url, options).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      `Could not fetch JWKS from URL '${url}': ${reason}. Check that the URL is correct and ` +
        "accessible.",
      cause,
    );
  });
  if (response.status !== 200) {
    throw invalid(
      `Could not fetch JWKS from URL '${url}': HTTP ${describeStatus(response)}. Check that the ` +
        "URL is correct and accessible.",
    );
  }
  if (!JWKS_MEDIA_TYPE.test(response.contentType ?? "")) {
    throw invalid(
      `Invalid Content-Type '${response.contentType ?? "unknown"}' when fetching JWKS from ` +
        `'${url}'. Expected 'application/json' or 'application/jwk-set+json'.`,
    );
  }
  return response.body;
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(",");
  try {
    if (comma === -1) throw new Error("no comma");
    const data = decodeURIComponent(url.slice(comma + 1));
    const isBase64 = /;\s*base64$/i.test(url.slice(0, comma));
    return isBase64 ? Buffer.from(data, "base64").toString("utf8") : data;
  } catch (cause) {
    throw invalid(
      "Invalid JWKS data URL. Check that the data URL is properly formatted and contains valid " +
        "base64-encoded JSON.",
      cause,
    );
  }
}

function describeStatus({ status, statusText }: FetchedText): string {
  return `${status} ${statusText || "Unknown"}`;
}

function invalid(message: string, cause?: unknown): AuthError {
  return new AuthError("InvalidAuthHeader", message, { cause });
}
