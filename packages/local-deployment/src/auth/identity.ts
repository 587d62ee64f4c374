import type { UserIdentity } from "convex/server";
import type { JSONValue } from "convex/values";
import { z } from "zod";
import { AuthError } from "./auth_error.ts";

/** A verified identity and its expiry. */
export interface VerifiedIdentity {
  /** What `ctx.auth.getUserIdentity()` answers. */
  readonly identity: UserIdentity;
  /** When the token expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

const text = z.string().nullish();
const flag = z.boolean().nullish();

// What a JavaScript date can hold.
const MAX_DATE_SECONDS = 8.64e12;

/** The claims of an OIDC id token that Convex knows, by their own names. */
const oidcClaimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  exp: z.number(),
  iat: z.number(),
  name: text,
  given_name: text,
  family_name: text,
  nickname: text,
  preferred_username: text,
  profile: text,
  picture: text,
  website: text,
  email: text,
  email_verified: flag,
  gender: text,
  birthdate: text,
  zoneinfo: text,
  locale: text,
  phone_number: text,
  phone_number_verified: flag,
  address: z.looseObject({ formatted: text }).nullish(),
  // Seconds, by the specification; some providers (Clerk's template) write RFC 3339.
  updated_at: z
    .union([
      z.number().min(-MAX_DATE_SECONDS).max(MAX_DATE_SECONDS),
      z.iso.datetime({ offset: true }),
    ])
    .nullish(),
});

/** The attributes of a user that an admin may act as; other fields are custom claims (`UserIdentityAttributesJson` in crates/convex/sync_types). */
const attributesSchema = z
  .object({
    tokenIdentifier: text,
    issuer: text,
    subject: text,
    name: text,
    givenName: text,
    familyName: text,
    nickname: text,
    preferredUsername: text,
    profileUrl: text,
    pictureUrl: text,
    websiteUrl: text,
    email: text,
    emailVerified: flag,
    gender: text,
    birthday: text,
    timezone: text,
    language: text,
    phoneNumber: text,
    phoneNumberVerified: flag,
    address: text,
    updatedAt: text,
  })
  .catchall(z.json());

/** Claims that are about the token, not the person, or change with every refresh. */
const TOKEN_CLAIMS: ReadonlySet<string> = new Set([
  ...["aud", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash"],
  ...["jti", "nbf", "fva"],
]);

/**
 * The identity of an OIDC id token's claims.
 *
 * @param claims - The verified token's payload.
 * @throws AuthError `InvalidAuthHeader` when a claim is missing or of the wrong type.
 */
export function identityFromOidc(claims: unknown): VerifiedIdentity {
  const parsed = oidcClaimsSchema.safeParse(claims);
  if (!parsed.success) {
    throw new AuthError(
      "InvalidAuthHeader",
      "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.",
      { cause: parsed.error },
    );
  }
  const { data } = parsed;
  const known = withoutNullish({
    name: data.name,
    givenName: data.given_name,
    familyName: data.family_name,
    nickname: data.nickname,
    preferredUsername: data.preferred_username,
    profileUrl: data.profile,
    pictureUrl: data.picture,
    websiteUrl: data.website,
    email: data.email,
    emailVerified: data.email_verified,
    gender: data.gender,
    birthday: data.birthdate,
    timezone: data.zoneinfo,
    language: data.locale,
    phoneNumber: data.phone_number,
    phoneNumberVerified: data.phone_number_verified,
    address: data.address?.formatted,
    updatedAt: data.updated_at == null ? undefined : rfc3339(data.updated_at),
  });
  const custom = customClaims(data, (claim) => Object.hasOwn(oidcClaimsSchema.shape, claim));
  return {
    identity: { ...custom, ...known, ...identifier(data.iss, data.sub) },
    expiresAt: data.exp * 1000,
  };
}

/** Claims of a custom provider's token that make up the identity or are not shown. */
const REGISTERED_CLAIMS: ReadonlySet<string> = new Set(["iss", "sub", "aud", "exp", "nbf", "iat"]);

/**
 * The identity of a custom provider's token: claims keep their names, those inside an object are
 * shown as `object.claim`.
 *
 * @param claims - The verified token's payload.
 * @throws AuthError `InvalidAuthHeader` when subject, issuer or expiry is missing.
 */
export function identityFromCustomJwt(claims: Readonly<Record<string, unknown>>): VerifiedIdentity {
  const { iss, sub, exp } = claims;
  if (typeof sub !== "string") throw missing("subject");
  if (typeof iss !== "string") throw missing("issuer");
  if (typeof exp !== "number") throw missing("expiry");
  const custom = customClaims(claims, (claim) => REGISTERED_CLAIMS.has(claim));
  return {
    identity: { ...flattened(custom), ...identifier(iss, sub) },
    expiresAt: exp * 1000,
  };
}

/**
 * The identity that an admin acts as, from the JSON in an Authorization header.
 *
 * @param attributes - The parsed JSON.
 * @returns The identity, or null when it names neither `tokenIdentifier` nor issuer and subject.
 */
export function identityFromAttributes(attributes: unknown): UserIdentity | null {
  const parsed = attributesSchema.safeParse(attributes);
  if (!parsed.success) return null;
  const { tokenIdentifier, issuer, subject } = parsed.data;
  const absent = Object.keys(attributesSchema.shape).filter((name) => parsed.data[name] == null);
  const given = Object.fromEntries(
    Object.entries(parsed.data).filter(([name]) => !absent.includes(name)),
  );
  // As production has it: without an issuer and a subject when only `tokenIdentifier` was given.
  if (tokenIdentifier != null) return given as unknown as UserIdentity;
  if (issuer == null || subject == null) return null;
  return { ...given, ...identifier(issuer, subject) };
}

function identifier(issuer: string, subject: string) {
  return { tokenIdentifier: `${issuer}|${subject}`, issuer, subject };
}

function customClaims(
  claims: Readonly<Record<string, unknown>>,
  isKnown: (claim: string) => boolean,
): Record<string, JSONValue> {
  const entries = Object.entries(claims).filter(
    ([claim]) => !isKnown(claim) && !TOKEN_CLAIMS.has(claim),
  );
  // The payload was parsed from JSON, so it contains only JSON values.
  return Object.fromEntries(entries) as Record<string, JSONValue>;
}

function flattened(claims: Readonly<Record<string, JSONValue>>): Record<string, JSONValue> {
  return Object.fromEntries(Object.entries(claims).flatMap(flattenedClaim));
}

function flattenedClaim([claim, value]: [string, JSONValue]): [string, JSONValue][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[claim, value]];
  return Object.entries(value)
    .flatMap(flattenedClaim)
    .map(([inner, innerValue]) => [`${claim}.${inner}`, innerValue]);
}

function withoutNullish<T>(claims: Readonly<Record<string, T>>): Record<string, NonNullable<T>> {
  return Object.fromEntries(
    Object.entries(claims).flatMap(([claim, value]) => (value == null ? [] : [[claim, value]])),
  );
}

function rfc3339(time: number | string): string {
  const date = new Date(typeof time === "number" ? time * 1000 : time);
  return date.toISOString().replace(/(\.000)?Z$/, "+00:00");
}

function missing(claim: string): AuthError {
  return new AuthError("InvalidAuthHeader", `Missing ${claim}`);
}
