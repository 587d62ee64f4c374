/** Why an identity was refused. */
export type AuthErrorCode =
  /** No provider of `auth.config.ts` issues tokens like this one. */
  | "NoAuthProvider"
  /** The token's signature, audience or expiry is wrong. */
  | "Unauthenticated"
  /** The identity was valid at first, and has expired. */
  | "TokenExpired"
  /** The token, or a custom provider's key set, can't be read or trusted. */
  | "InvalidAuthHeader"
  /** The OIDC provider could not be asked for its keys. */
  | "AuthProviderDiscoveryFailed"
  /** The Authorization header is too short to be one. */
  | "InvalidHeaderFailure"
  /** The identity that an admin wants to act as can't be read. */
  | "HeaderParseFailure"
  /** The Authorization header is neither `Bearer` nor `Convex`. */
  | "InvalidAdminKey";

/** The codes that production answers with 400; the others are 401. */
const BAD_REQUESTS: ReadonlySet<AuthErrorCode> = new Set([
  "AuthProviderDiscoveryFailed",
  "InvalidHeaderFailure",
  "HeaderParseFailure",
  "InvalidAdminKey",
]);

/** A refused identity, in production's words. */
export class AuthError extends Error {
  override readonly name = "AuthError";

  /**
   * @param code - Production's error code.
   * @param message - Production's text.
   * @param options - The cause, for logs; it is not part of the message.
   */
  constructor(
    readonly code: AuthErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The status of an HTTP response with this error. */
  get status(): 400 | 401 {
    return BAD_REQUESTS.has(this.code) ? 400 : 401;
  }
}

/**
 * The error of an identity whose token has expired since it was verified.
 *
 * @returns An error with code `TokenExpired`.
 */
export function tokenExpired(): AuthError {
  return new AuthError("TokenExpired", "Convex token identity expired");
}
