import { type Identity } from "../engine/calls/request.ts";
import { parseAuthorizationHeader, type Authorization } from "../auth/authorization_header.ts";
import { providerConfigOf } from "../auth/provider.ts";
import { AuthError, createTokenVerifier, type TokenVerifier } from "../auth/token_verifier.ts";
import type { AuthProvider } from "../engine/code/analysis.ts";
import { HttpError } from "../lib/errors.ts";
import { isAdminKey } from "./admin_key.ts";

/** The verified caller of a request. */
export interface Caller {
  readonly identity: Identity;
  /** With the admin key: may call internal functions and components, and administer the deployment. */
  readonly admin: boolean;
  /** When the identity expires, in milliseconds since 1970; null if it does not. */
  readonly expiresAt: number | null;
}

/** The caller of a request without a token. */
export const ANONYMOUS: Caller = { identity: null, admin: false, expiresAt: null };

/** Verifies callers: users by the providers of the active `auth.config.ts`, admins by the admin key. */
export class Authenticator {
  #verifier: TokenVerifier = createTokenVerifier([]);

  constructor(private readonly adminKey: string) {}

  /** Sets the identity providers of the active code. */
  setProviders(providers: readonly AuthProvider[]): void {
    this.#verifier = createTokenVerifier(providers.map(providerConfigOf));
  }

  /** @throws AuthError for an invalid token or header */
  async verifyToken(token: string): Promise<Caller> {
    const { identity, expiresAt } = await this.#verifier.verify(token);
    return { identity: { ...identity }, admin: false, expiresAt };
  }

  /** @throws HttpError `BadDeployKey` */
  verifyAdmin(key: string, actingAs: Identity): Caller {
    if (!isAdminKey(this.adminKey, key)) {
      throw new HttpError(
        403,
        "BadDeployKey",
        "The provided deploy key was invalid for deployment 'local'. Double check that the environment this key was generated for matches the desired deployment.",
      );
    }
    return { identity: actingAs, admin: true, expiresAt: null };
  }

  /** The caller by a request's Authorization header. @throws HttpError when the header is invalid */
  async verifyHeader(header: string | null): Promise<Caller> {
    try {
      return await this.#of(parseAuthorizationHeader(header));
    } catch (error) {
      if (error instanceof AuthError) throw new HttpError(error.status, error.code, error.message);
      throw error;
    }
  }

  /** @throws HttpError unless the header has the admin key */
  async requireAdmin(header: string | null): Promise<Caller> {
    const caller = await this.verifyHeader(header);
    if (!caller.admin) {
      throw new HttpError(403, "BadDeployKey", "This endpoint needs the deployment's admin key.");
    }
    return caller;
  }

  async #of(authorization: Authorization): Promise<Caller> {
    switch (authorization.type) {
      case "none":
        return ANONYMOUS;
      case "user":
        return this.verifyToken(authorization.token);
      case "admin":
        return this.verifyAdmin(
          authorization.key,
          authorization.actingAs ? { ...authorization.actingAs } : null,
        );
    }
  }
}
