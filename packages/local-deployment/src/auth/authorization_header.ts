import type { UserIdentity } from "convex/server";
import { AuthError } from "./auth_error.ts";
import { identityFromAttributes } from "./identity.ts";

/** The caller that a request claims, not verified yet. */
export type Authorization =
  | { readonly type: "none" }
  | { readonly type: "user"; readonly token: string }
  | {
      readonly type: "admin";
      readonly key: string;
      /** The user that the admin acts as. */
      readonly actingAs?: UserIdentity;
    };

const SCHEME_LENGTH = "bearer ".length; // and that of "convex "

/**
 * Reads an Authorization header: `Bearer <jwt>` or `Convex <key>[:<base64 of an identity's JSON>]`.
 *
 * @param header - The header, or null when there is none.
 * @returns The caller that the request claims.
 * @throws AuthError `InvalidHeaderFailure`, `InvalidAdminKey` or `HeaderParseFailure`.
 */
export function parseAuthorizationHeader(header: string | null): Authorization {
  if (header === null) return { type: "none" };
  if (header.length < SCHEME_LENGTH) {
    throw new AuthError("InvalidHeaderFailure", "Invalid authentication header");
  }
  const scheme = header.slice(0, SCHEME_LENGTH).toLowerCase();
  const credentials = header.slice(SCHEME_LENGTH).trim();
  if (scheme === "convex ") return parseAdmin(credentials);
  if (scheme === "bearer " && credentials !== "") return { type: "user", token: credentials };
  throw new AuthError("InvalidAdminKey", "Invalid admin key");
}

/** `prod:name|secret`: a label for the reader before the deployment's name, not part of the key. */
const TYPE_PREFIX = /^[^:|]*:(?=[^:|]*\|)/;

function parseAdmin(credentials: string): Authorization {
  const unprefixed = credentials.replace(TYPE_PREFIX, "");
  const colon = unprefixed.indexOf(":");
  if (colon === -1) return { type: "admin", key: unprefixed };
  const actingAs = parseIdentity(unprefixed.slice(colon + 1));
  return { type: "admin", key: unprefixed.slice(0, colon), actingAs };
}

function parseIdentity(encoded: string): UserIdentity {
  try {
    const json: unknown = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
    const identity = identityFromAttributes(json);
    if (identity !== null) return identity;
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

function malformed(cause?: unknown): AuthError {
  return new AuthError("HeaderParseFailure", "Malformed Authorization header.", { cause });
}
