import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import type { JWK } from "jose";
import { exportJWK, importPKCS8, SignJWT } from "jose";
import { persistedSecret } from "../shared/data-dir.ts";
import type { User } from "./user.ts";

const ALGORITHM = "RS256";
const CLOCK_SKEW_SECONDS = 10; // by which Clerk's `nbf` is before `iat`

/** Signs the session tokens of one instance. */
export interface TokenSigner {
  /** The public keys, as `/.well-known/jwks.json` shows them. */
  jwks: { keys: JWK[] };
  /**
   * A session token as of Clerk's JWT template "convex", with its default claims: no e-mail address, no name.
   *
   * @param party the origin of the front end (`azp`).
   */
  sign(user: User, party: string): Promise<string>;
}

/** Opens the signer. Its RS256 key is in the data folder, and generated at the first start. */
export async function openTokenSigner(options: {
  dataDir: string;
  issuer: string;
  ttlSeconds: number;
  now: () => number;
}): Promise<TokenSigner> {
  const pem = persistedSecret(options.dataDir, "clerk-token-key.pem", newKeyPem);
  const kid = persistedSecret(options.dataDir, "clerk-token-key.id", () => `ins_${randomHex(14)}`);
  const privateKey = await importPKCS8(pem, ALGORITHM);
  const publicJwk = await exportJWK(createPublicKey(pem));
  return {
    jwks: { keys: [{ ...publicJwk, kid, alg: ALGORITHM, use: "sig" }] },
    sign: (user, party) => {
      const issuedAt = Math.floor(options.now() / 1000);
      return new SignJWT({ azp: party, sid: user.sessionId })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
        .setIssuer(options.issuer)
        .setSubject(user.id)
        .setAudience("convex")
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt - CLOCK_SKEW_SECONDS)
        .setExpirationTime(issuedAt + options.ttlSeconds)
        .setJti(randomHex(10))
        .sign(privateKey);
    },
  };
}

/** Clerk's OpenID Connect discovery document. */
export function discovery(issuer: string): Record<string, unknown> {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [ALGORITHM],
    scopes_supported: ["openid", "profile", "email"],
    claims_supported: ["azp", "exp", "iat", "iss", "jti", "nbf", "sid", "sub"],
  };
}

function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
