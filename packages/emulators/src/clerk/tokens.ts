import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import type { JWK } from "jose";
import { exportJWK, importPKCS8, SignJWT } from "jose";
import { keptSecret } from "../shared/data-dir.ts";
import type { Person } from "./people.ts";

const ALGORITHM = "RS256";
const CLOCK_SKEW_SECONDS = 10; // Clerk dates `nbf` back by as much

/** Mints the tokens of one instance. */
export interface TokenMint {
  /** The public keys, as `/.well-known/jwks.json` shows them. */
  jwks: { keys: JWK[] };
  /**
   * A session token from Clerk's "convex" template, with the claims a bare template has: no
   * e-mail, no name.
   *
   * @param party the origin of the front end (`azp`).
   */
  mint(person: Person, party: string): Promise<string>;
}

/** Opens the mint with the RS256 key kept in the data folder, making one at the first start. */
export async function openMint(options: {
  dataDir: string;
  issuer: string;
  ttlSeconds: number;
  now: () => number;
}): Promise<TokenMint> {
  const pem = keptSecret(options.dataDir, "clerk-token-key.pem", newKeyPem);
  const kid = keptSecret(options.dataDir, "clerk-token-key.id", () => `ins_${randomHex(14)}`);
  const privateKey = await importPKCS8(pem, ALGORITHM);
  const publicJwk = await exportJWK(createPublicKey(pem));
  return {
    jwks: { keys: [{ ...publicJwk, kid, alg: ALGORITHM, use: "sig" }] },
    mint: (person, party) => {
      const issuedAt = Math.floor(options.now() / 1000);
      return new SignJWT({ azp: party, sid: person.sessionId })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: "JWT" })
        .setIssuer(options.issuer)
        .setSubject(person.id)
        .setAudience("convex")
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt - CLOCK_SKEW_SECONDS)
        .setExpirationTime(issuedAt + options.ttlSeconds)
        .setJti(randomHex(10))
        .sign(privateKey);
    },
  };
}

/** OIDC discovery, as much of it as Clerk's Frontend API shows and JWT verifiers read. */
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
