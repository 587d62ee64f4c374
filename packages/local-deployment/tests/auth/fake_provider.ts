import type { AuthProvider } from "convex/server";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Fetch } from "../../src/auth/bounded_fetch.ts";

/** The time at which the tests take place, in milliseconds. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** The same in a token's unit. */
export const NOW_SECONDS = NOW / 1000;

export const ISSUER = "https://clerk.example.com";

type Algorithm = "RS256" | "ES256" | "EdDSA";

interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: CryptoKey;
  readonly jwk: object;
}

/** Makes a key pair of the provider's. */
export async function aKey(kid: string, alg: Algorithm = "RS256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** Claims that differ from a good token's; an undefined one is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs a token that is good for a minute, unless the claims say otherwise. */
export function aToken(key: SigningKey, claims: Claims = {}, header: object = {}) {
  const defaults = { iss: ISSUER, sub: "user_1", aud: "convex", iat: NOW_SECONDS };
  return new SignJWT({ ...defaults, exp: NOW_SECONDS + 60, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

/** A provider on an imaginary network, which counts what it is asked. */
export class FakeProvider {
  readonly requests: string[] = [];
  keys: SigningKey[];
  discovery: object = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` };
  /** Instead of the key set: a response, a failure, or silence. */
  answer: (() => Promise<Response>) | null = null;

  constructor(...keys: SigningKey[]) {
    this.keys = keys;
  }

  readonly fetch: Fetch = async (url) => {
    this.requests.push(url);
    if (url.endsWith("/.well-known/openid-configuration")) return Response.json(this.discovery);
    if (this.answer !== null) return this.answer();
    return Response.json({ keys: this.keys.map((key) => key.jwk) });
  };

  /** How often the key set was asked for. */
  get keySetRequests(): number {
    return this.requests.filter((url) => url.endsWith("/jwks")).length;
  }
}

/** The provider as `auth.config.ts` has it. */
export function oidc(domain: string = ISSUER, applicationID = "convex"): AuthProvider {
  return { domain, applicationID };
}

/** The provider as a custom JWT one. */
export function customJwt(overrides: object = {}): AuthProvider {
  return {
    type: "customJwt",
    issuer: ISSUER,
    jwks: `${ISSUER}/jwks`,
    algorithm: "RS256",
    applicationID: "convex",
    ...overrides,
  };
}
