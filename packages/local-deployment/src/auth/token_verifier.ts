import { CLOCK_LEEWAY_SECONDS } from "../limits/requests.ts";
import type { AuthProvider } from "convex/server";
import { compactVerify, decodeJwt, decodeProtectedHeader } from "jose";
import { AuthError } from "./auth_error.ts";
import type { Fetch, FetchOptions } from "./bounded_fetch.ts";
import { identityFromCustomJwt, identityFromOidc, type VerifiedIdentity } from "./identity.ts";
import { KeySource } from "./key_source.ts";
import { describeProviders, matchesToken, parseProvider, type Provider } from "./provider.ts";

export { AuthError, type AuthErrorCode, tokenExpired } from "./auth_error.ts";
export type { VerifiedIdentity } from "./identity.ts";

/** Options of a verifier. */
export interface TokenVerifierOptions {
  /** How to reach providers. Defaults to the global `fetch`. */
  readonly fetch?: Fetch;
  /** The time in milliseconds since the epoch. Defaults to `Date.now`. */
  readonly now?: () => number;
  /** How long a provider may take to answer, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Verifies the tokens of one deployment's users. */
export interface TokenVerifier {
  /**
   * Verifies a token against the providers of `auth.config.ts`.
   *
   * @param token - The JWT.
   * @returns The identity and its expiry.
   * @throws AuthError for any token that does not prove an identity, and for a provider that does
   *   not answer.
   */
  readonly verify: (token: string) => Promise<VerifiedIdentity>;
}

const PROVIDER_TIMEOUT_MS = 5_000;

/** The claims that choose a provider, before anything is verified. */
interface Route {
  readonly issuer: string;
  readonly audiences: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Makes a verifier for the providers that a push has brought.
 *
 * @param configs - `auth.config.ts`'s providers, in order; the first that matches a token is asked.
 * @param options - Replacements for fetch and the clock.
 * @throws DeveloperError when a provider's configuration is not valid.
 */
export function createTokenVerifier(
  configs: readonly AuthProvider[],
  options: TokenVerifierOptions = {},
): TokenVerifier {
  const now = options.now ?? Date.now;
  const fetchOptions: FetchOptions = {
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    timeoutMs: options.timeoutMs ?? PROVIDER_TIMEOUT_MS,
  };
  const providers = configs.map((config) => {
    const provider = parseProvider(config);
    return { provider, keys: new KeySource(provider, fetchOptions, now) };
  });
  return {
    verify: async (token) => {
      const route = readRoute(token);
      const chosen = providers.find(({ provider }) =>
        matchesToken(provider, route.issuer, route.audiences),
      );
      if (chosen === undefined) throw noProvider(providers.map(({ provider }) => provider));
      const { provider, keys } = chosen;
      return provider.type === "oidc"
        ? verifyOidc(token, provider, keys, route, now())
        : verifyCustomJwt(token, provider, keys, now());
    },
  };
}

function readRoute(token: string): Route {
  let claims: Claims;
  try {
    claims = decodeJwt(token);
  } catch (cause) {
    throw new AuthError(
      "InvalidAuthHeader",
      "Could not parse JWT payload. Check that the token is a valid JWT format with three " +
        "base64-encoded parts separated by dots.",
      { cause },
    );
  }
  if (typeof claims.iss !== "string") {
    throw new AuthError(
      "InvalidAuthHeader",
      "Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that " +
        "matches one of your configured auth providers.",
    );
  }
  const audiences = [claims.aud].flat().filter((audience) => typeof audience === "string");
  return { issuer: claims.iss, audiences };
}

function noProvider(providers: readonly Provider[]): AuthError {
  return new AuthError(
    "NoAuthProvider",
    providers.length === 0
      ? "No auth provider found matching the given token (no providers configured). Check " +
          "convex/auth.config.ts."
      : "No auth provider found matching the given token. Check that your JWT's issuer and " +
          `audience match one of your configured providers: [${describeProviders(providers)}]`,
  );
}

async function verifyOidc(
  token: string,
  provider: Provider,
  keys: KeySource,
  { issuer, audiences }: Route,
  now: number,
): Promise<VerifiedIdentity> {
  // As in production: signature, issuer, audience and expiry, but not `nbf`, and no clock leeway.
  const claims = await keys
    .withKeys(async ({ resolve, issuer: discovered }) => {
      if (discovered !== issuer) {
        throw new AuthError(
          "AuthProviderDiscoveryFailed",
          `Auth provider discovery of ${issuer} failed`,
        );
      }
      return verifySignature(token, resolve, ["RS256", "EdDSA"]);
    })
    .catch((cause: unknown) => {
      throw cause instanceof AuthError ? cause : unauthenticated(cause);
    });
  const verified = identityFromOidc(claims);
  const isForOthersToo = audiences.some((audience) => audience !== provider.applicationID);
  if (isForOthersToo || now >= verified.expiresAt) throw unauthenticated();
  return verified;
}

function unauthenticated(cause?: unknown): AuthError {
  return new AuthError(
    "Unauthenticated",
    "Could not verify OIDC token claim. Check that the token signature is valid and the token " +
      "hasn't expired.",
    { cause },
  );
}

async function verifyCustomJwt(
  token: string,
  provider: Extract<Provider, { type: "customJwt" }>,
  keys: KeySource,
  now: number,
): Promise<VerifiedIdentity> {
  const keyId = keyIdOf(token);
  if (keyId === undefined) {
    throw invalidToken("Could not decode token. JWT may be missing a 'kid' (key ID) header.");
  }
  const claims = await keys
    .withKeys(({ resolve }) => verifySignature(token, resolve, [provider.algorithm]))
    .catch((cause: unknown) => {
      if (cause instanceof AuthError) throw cause;
      throw invalidToken(
        `Could not decode token. The JWT's 'kid' (key ID) header is '${keyId}', does this key ` +
          "match any key in the provider's JWKS?",
        cause,
      );
    });
  checkTimes(claims, now);
  return identityFromCustomJwt(claims);
}

function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

async function verifySignature(
  token: string,
  resolve: Parameters<typeof compactVerify>[1],
  algorithms: string[],
): Promise<Claims> {
  await compactVerify(token, resolve, { algorithms });
  // Parsed again from the signed part, and not taken from the unverified token.
  return decodeJwt(token);
}

function checkTimes({ exp, nbf, iat }: Claims, now: number): void {
  const seconds = Math.floor(now / 1000);
  if (typeof exp === "number" && seconds - exp > CLOCK_LEEWAY_SECONDS) {
    throw invalidToken(`Could not validate token: Token expired ${seconds - exp} seconds ago`);
  }
  for (const start of [nbf, iat]) {
    if (typeof start === "number" && start - seconds > CLOCK_LEEWAY_SECONDS) {
      const wait = start - seconds;
      throw invalidToken(`Could not validate token: Token will be valid in ${wait} seconds`);
    }
  }
}

function invalidToken(message: string, cause?: unknown): AuthError {
  return new AuthError("InvalidAuthHeader", message, { cause });
}
