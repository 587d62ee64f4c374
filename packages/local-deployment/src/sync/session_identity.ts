import { type Identity } from "../engine/calls/request.ts";
import { identityFromAttributes } from "../auth/identity.ts";
import { ANONYMOUS, type Caller, type Authenticator } from "../application/authenticator.ts";
import { MAX_TIMER_MS } from "../lib/timers.ts";
import type { ClientMessageOf } from "./messages.ts";

/** The identity of a session, until its token expires. */
export class SessionIdentity {
  #caller: Caller = ANONYMOUS;
  #expiry: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly authenticator: Authenticator,
    /** Called when the identity expires. */
    private readonly expired: () => void,
  ) {}

  get caller(): Caller {
    return this.#caller;
  }

  /** @throws AuthError or HttpError when the token is invalid */
  async authenticate(message: ClientMessageOf<"Authenticate">): Promise<void> {
    const caller = await this.#verify(message);
    this.#caller = caller;
    this.close();
    if (caller.expiresAt === null) return;
    const left = Math.min(Math.max(caller.expiresAt - Date.now(), 0), MAX_TIMER_MS);
    this.#expiry = setTimeout(this.expired, left);
  }

  /** Stops waiting for the expiry. */
  close(): void {
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.#expiry = null;
  }

  async #verify({
    tokenType,
    value = "",
    impersonating,
  }: ClientMessageOf<"Authenticate">): Promise<Caller> {
    switch (tokenType) {
      case "None":
        return ANONYMOUS;
      case "User":
        return this.authenticator.verifyToken(value);
      case "Admin":
        return this.authenticator.verifyAdmin(value, actingAs(impersonating));
    }
  }
}

/** @throws Error for attributes that identify no user */
function actingAs(attributes: ClientMessageOf<"Authenticate">["impersonating"]): Identity {
  if (attributes === undefined) return null;
  const identity = identityFromAttributes(attributes);
  if (identity !== null) return { ...identity };
  throw new Error(
    'Received Invalid JSON on websocket: Either "tokenIdentifier" or "issuer" and "subject" must be set',
  );
}
