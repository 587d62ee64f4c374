import { AuthError, tokenExpired } from "../auth/auth_error.ts";
import { HttpError, messageOf } from "../lib/errors.ts";
import type { Authenticator } from "../application/authenticator.ts";
import type { ClientCalls, ClientInfo } from "../application/client_calls.ts";
import { SocketQuotas } from "./quotas.ts";
import { Channel, type Connection } from "./channel.ts";
import { parseMessage, type ClientMessageOf } from "./messages.ts";
import { QuerySet } from "./query_set.ts";
import { SessionCalls } from "./session_calls.ts";
import { SessionIdentity } from "./session_identity.ts";
import type { Subscriber, Subscriptions } from "./subscriptions.ts";
import { decodeTs } from "./timestamp.ts";
import { Transitions } from "./transitions.ts";

/** The services of sessions. */
export interface SessionServices {
  readonly authenticator: Authenticator;
  readonly calls: ClientCalls;
  readonly subscriptions: Subscriptions;
  readonly latestTs: () => Promise<string>;
}

/** One client's socket: its identity, its live queries, and its mutations in their order. */
export class SyncSession implements Subscriber {
  readonly #channel: Channel;
  readonly #identity: SessionIdentity;
  readonly #queries: QuerySet;
  readonly #transitions: Transitions;
  readonly #calls: SessionCalls;
  readonly #quotas = new SocketQuotas();
  #inbox: Promise<void> = Promise.resolve();

  constructor(
    connection: Connection,
    private readonly services: SessionServices,
    info: ClientInfo,
  ) {
    this.#channel = new Channel(connection);
    this.#identity = new SessionIdentity(services.authenticator, () => {
      this.#refuseAuth(tokenExpired().message, false);
    });
    const { calls, subscriptions } = services;
    this.#queries = new QuerySet(calls, subscriptions, this, this.#quotas);
    this.#transitions = new Transitions(this.#channel, () =>
      this.#queries.refresh(this.#identity.caller, info),
    );
    const committed = (ts: bigint) => {
      this.#transitions.requireTs(ts);
    };
    this.#calls = new SessionCalls(calls, this.#channel, info, committed, this.#quotas);
    subscriptions.join(this);
  }

  /** Handles a message, after the earlier ones. */
  receive(message: string | Uint8Array): void {
    if (this.#channel.isClosed()) return;
    const { messages, received } = this.#quotas;
    try {
      messages.acquire(1);
      received.acquire(message.length);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    this.#inbox = this.#inbox.then(async () => {
      if (this.#channel.isClosed()) return;
      try {
        await this.#handle(message);
      } catch (error) {
        this.#refuse(error);
      }
      messages.release(1);
      received.release(message.length);
    });
  }

  /** Called when the socket has drained. */
  drained(): void {
    this.#channel.drained();
  }

  invalidate(): void {
    this.#transitions.requestTransition();
  }

  /** Called when the socket was closed. */
  closed(): void {
    this.#channel.closed();
    this.#identity.close();
    this.#queries.close();
    this.services.subscriptions.leave(this);
  }

  async #handle(received: string | Uint8Array): Promise<void> {
    const message = parseMessage(received);
    switch (message.type) {
      case "Connect":
        await this.#connect(message);
        break;
      case "Authenticate":
        await this.#authenticate(message);
        break;
      case "ModifyQuerySet":
        this.#transitions.checkBase("querySet", message.baseVersion);
        this.#queries.modify(message.modifications);
        this.#transitions.querySetChanged(message.newVersion);
        break;
      case "Mutation":
        this.#calls.mutate(message, received.length, this.#identity.caller);
        break;
      case "Action":
        this.#calls.act(message, received.length, this.#identity.caller);
        break;
      case "Event":
        break;
    }
  }

  async #connect(message: ClientMessageOf<"Connect">): Promise<void> {
    this.#calls.sessionId = message.sessionId;
    if (message.clientTs !== undefined)
      this.#transitions.clientClockSkew = Math.trunc(message.clientTs) - Date.now();
    if (message.maxObservedTimestamp === undefined) return;
    const observed = decodeTs(message.maxObservedTimestamp);
    if (observed > BigInt(await this.services.latestTs())) {
      this.#channel.closeForRetry("MaxObservedTimestampTooHigh");
    }
  }

  async #authenticate(message: ClientMessageOf<"Authenticate">): Promise<void> {
    this.#transitions.checkBase("identity", message.baseVersion);
    try {
      await this.#identity.authenticate(message);
    } catch (error) {
      if (!(error instanceof AuthError) && !(error instanceof HttpError)) throw error;
      this.#refuseAuth(error.message, true);
      return;
    }
    this.#queries.forgetResults();
    this.#transitions.identityChanged();
  }

  #refuse(error: unknown): void {
    this.#channel.refuse({ type: "FatalError", error: messageOf(error) });
  }

  #refuseAuth(error: string, authUpdateAttempted: boolean): void {
    const baseVersion = this.#transitions.identityVersion;
    this.#channel.refuse({ type: "AuthError", error, baseVersion, authUpdateAttempted });
  }
}
