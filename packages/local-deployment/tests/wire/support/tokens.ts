import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { inject } from "vitest";

const privateKey = createPrivateKey({ key: inject("providerKey"), format: "jwk" });
const publicKey = createPublicKey(privateKey);
const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** The fixture's provider's keys, as a `data:` URL. */
export function keySet(): string {
  const key = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" };
  const json = JSON.stringify({ keys: [key] });
  return `data:application/json;base64,${Buffer.from(json).toString("base64")}`;
}

/** A token of the fixture's provider, valid for ten minutes unless the claims differ. */
export function aToken(claims: Readonly<Record<string, unknown>> = {}): string {
  return signed(claims, privateKey);
}

/** A token with the same claims, signed with another key. */
export function aForgedToken(claims: Readonly<Record<string, unknown>> = {}): string {
  return signed(claims, foreign.privateKey);
}

function signed(claims: Readonly<Record<string, unknown>>, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const defaults = { iss: "https://issuer.example.com", aud: "wire", sub: "ada", iat: now };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const body = `${encode({ alg: "ES256", kid: "1", typ: "JWT" })}.${encode({ ...defaults, exp: now + 600, ...claims })}`;
  const signature = sign("sha256", Buffer.from(body), { key, dsaEncoding: "ieee-p1363" });
  return `${body}.${signature.toString("base64url")}`;
}
