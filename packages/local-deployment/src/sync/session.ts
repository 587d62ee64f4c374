import { AuthError, tokenExpired } from "../auth/auth_error.ts";
import { HttpError, messageOf } from "../errors.ts";
import type { JSONValue } from "convex/values";
import { ANONYMOUS, type Caller, type Callers } from "../server/callers.ts";
import type { Calls, ClientInfo, ClientResult } from "../server/calls.ts";
import {
  chunked,
  clientMessage,
  encodeVersion,
  type ClientMessageOf,
  type StateVersion,
} from "./messages.ts";
import { QuerySet } from "./query_set.ts";
import type { Subscriber, Subscriptions } from "./subscriptions.ts";

/** The socket, as a session needs it. */
export interface Connection {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** Silence after which a Ping is sent, in milliseconds; clients give up after 60 s. */
const PING_AFTER_MS = 15_000;
/** The longest delay that a timer takes, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Mutations that may wait for the one before; more are refused (production's limit). */
const MAX_QUEUED_MUTATIONS = 1_000;

/** Close codes: the client reconnects and sends again what it has no answer to. */
const CLOSE_TRY_AGAIN = 1013;
const CLOSE_NORMAL = 1000;

export interface SessionServices {
  readonly callers: Callers;
  readonly calls: Calls;
  readonly subscriptions: Subscriptions;
  readonly latestTs: () => Promise<string>;
}

/** One client's socket: its identity, its live queries, and its mutations in their order. */
export class SyncSession implements Subscriber {
  #version: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  /** What was received and not yet told in a transition. */
  #received = { querySet: 0, identity: 0 };
  /** A transition must reach this timestamp: a mutation's response was sent. */
  #owedTs = 0n;
  #dirty = false;
  #flushing = false;
  #closed = false;
  #caller: Caller = ANONYMOUS;
  #sessionId: string | null = null;
  #inbox: Promise<void> = Promise.resolve();
  #mutations: Promise<void> = Promise.resolve();
  #queuedMutations = 0;
  #expiry: ReturnType<typeof setTimeout> | null = null;
  #ping: ReturnType<typeof setTimeout> | null = null;
  readonly #queries: QuerySet;

  constructor(
    private readonly connection: Connection,
    private readonly services: SessionServices,
    private readonly info: ClientInfo,
  ) {
    this.#queries = new QuerySet(services.calls, services.subscriptions, this);
    services.subscriptions.join(this);
    this.#restartPing();
  }

  /** Takes a message; they are handled in order. */
  receive(text: string): void {
    this.#inbox = this.#inbox.then(async () => {
      if (this.#closed) return;
      try {
        await this.#handle(text);
      } catch (error) {
        this.#fatal(messageOf(error));
      }
    });
  }

  stale(): void {
    this.#dirty = true;
    this.#flush();
  }

  /** The socket is gone. */
  closed(): void {
    this.#closed = true;
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#queries.close();
    this.services.subscriptions.leave(this);
  }

  async #handle(text: string): Promise<void> {
    const message = parseMessage(text);
    switch (message.type) {
      case "Connect":
        await this.#connect(message);
        break;
      case "Authenticate":
        await this.#authenticate(message);
        break;
      case "ModifyQuerySet":
        if (message.baseVersion !== this.#received.querySet) {
          throw new Error(
            `BaseVersionMismatch: the query set is at version ${String(this.#received.querySet)}`,
          );
        }
        this.#received.querySet = message.newVersion;
        this.#queries.modify(message.modifications);
        this.stale();
        break;
      case "Mutation":
        this.#mutate(message);
        break;
      case "Action":
        void this.#act(message);
        break;
      case "Event":
        break;
    }
  }

  async #connect(message: ClientMessageOf<"Connect">): Promise<void> {
    this.#sessionId = message.sessionId;
    if (message.maxObservedTimestamp === undefined) return;
    const observed = decodeTs(message.maxObservedTimestamp);
    if (observed > BigInt(await this.services.latestTs())) {
      this.connection.close(CLOSE_TRY_AGAIN, "MaxObservedTimestampTooHigh");
    }
  }

  async #authenticate(message: ClientMessageOf<"Authenticate">): Promise<void> {
    if (message.baseVersion !== this.#received.identity) {
      throw new Error(
        `BaseVersionMismatch: the identity is at version ${String(this.#received.identity)}`,
      );
    }
    try {
      this.#setCaller(await this.#verify(message));
    } catch (error) {
      if (!(error instanceof AuthError) && !(error instanceof HttpError)) throw error;
      this.#refuseAuth(error.message, true);
      return;
    }
    this.#received.identity++;
    this.#queries.forgetResults();
    this.stale();
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
        return this.services.callers.verifyToken(value);
      case "Admin":
        return this.services.callers.verifyAdmin(value, impersonating ?? null);
    }
  }

  #setCaller(caller: Caller): void {
    this.#caller = caller;
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.#expiry = null;
    if (caller.expiresAt === null) return;
    const left = Math.min(Math.max(caller.expiresAt - Date.now(), 0), MAX_TIMER_MS);
    this.#expiry = setTimeout(() => {
      this.#refuseAuth(tokenExpired().message, false);
    }, left);
  }

  #refuseAuth(error: string, authUpdateAttempted: boolean): void {
    this.#send({
      type: "AuthError",
      error,
      baseVersion: this.#received.identity,
      authUpdateAttempted,
    });
    this.connection.close(CLOSE_NORMAL, "AuthError");
  }

  #mutate(message: ClientMessageOf<"Mutation">): void {
    if (++this.#queuedMutations > MAX_QUEUED_MUTATIONS) {
      throw new Error(
        `TooManyConcurrentMutations: more than ${String(MAX_QUEUED_MUTATIONS)} mutations are waiting`,
      );
    }
    const caller = this.#caller;
    const session =
      this.#sessionId === null ? null : { id: this.#sessionId, request: message.requestId };
    this.#mutations = this.#mutations.then(async () => {
      const result = await this.#run("mutation", message, caller, session);
      this.#queuedMutations--;
      if (result === null) return;
      this.#respond("MutationResponse", message.requestId, result);
      if (!result.ok) return;
      const ts = BigInt(result.ts);
      if (ts > this.#owedTs) this.#owedTs = ts;
      this.stale();
    });
  }

  async #act(message: ClientMessageOf<"Action">): Promise<void> {
    const result = await this.#run("action", message, this.#caller, null);
    if (result !== null) this.#respond("ActionResponse", message.requestId, result);
  }

  /** Null when the deployment itself has failed: the client reconnects and sends it again. */
  async #run(
    kind: "mutation" | "action",
    { udfPath, args, componentPath }: ClientMessageOf<"Mutation" | "Action">,
    caller: Caller,
    session: { id: string; request: number } | null,
  ): Promise<ClientResult | null> {
    const call = {
      path: udfPath,
      args: (args[0] ?? {}) as JSONValue,
      componentPath: componentPath ?? null,
    };
    try {
      return await this.services.calls.run(kind, call, caller, this.info, session);
    } catch {
      this.connection.close(CLOSE_TRY_AGAIN, "InternalServerError");
      return null;
    }
  }

  #respond(
    type: "MutationResponse" | "ActionResponse",
    requestId: number,
    result: ClientResult,
  ): void {
    const logLines = result.logLines;
    if (!result.ok) {
      const errorData =
        result.errorData === null ? {} : { errorData: JSON.parse(result.errorData) as unknown };
      this.#send({
        type,
        requestId,
        success: false,
        result: result.errorMessage,
        logLines,
        ...errorData,
      });
      return;
    }
    const ts =
      type === "MutationResponse"
        ? { ts: encodeVersion({ ...this.#version, ts: BigInt(result.ts) }).ts }
        : {};
    this.#send({
      type,
      requestId,
      success: true,
      result: JSON.parse(result.value) as unknown,
      ...ts,
      logLines,
    });
  }

  /** Sends a transition to what is current; one at a time, and again while there is something new. */
  #flush(): void {
    if (this.#flushing || this.#closed) return;
    this.#flushing = true;
    void this.#transitions()
      .catch(() => {
        if (!this.#closed) this.connection.close(CLOSE_TRY_AGAIN, "InternalServerError");
      })
      .finally(() => {
        this.#flushing = false;
      });
  }

  async #transitions(): Promise<void> {
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      const received = { ...this.#received };
      const { ts, modifications } = await this.#queries.refresh(this.#caller, this.info);
      if (this.#closed) return;
      const end: StateVersion = { ...received, ts: ts > this.#version.ts ? ts : this.#version.ts };
      const unchanged =
        end.querySet === this.#version.querySet && end.identity === this.#version.identity;
      // Nothing to tell: the next transition covers this one's timestamp.
      if (unchanged && modifications.length === 0 && this.#owedTs <= this.#version.ts) continue;
      const text = `{"type":"Transition","startVersion":${JSON.stringify(encodeVersion(this.#version))},"endVersion":${JSON.stringify(encodeVersion(end))},"modifications":[${modifications.join(",")}],"serverTs":${String(Date.now())}000000}`;
      this.#version = end;
      for (const part of chunked(text)) this.#sendText(part);
    }
  }

  #fatal(error: string): void {
    this.#send({ type: "FatalError", error });
    this.connection.close(CLOSE_NORMAL, "FatalError");
  }

  #send(message: object): void {
    this.#sendText(JSON.stringify(message));
  }

  #sendText(text: string): void {
    if (this.#closed) return;
    this.connection.send(text);
    this.#restartPing();
  }

  #restartPing(): void {
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#ping = setTimeout(() => {
      this.#send({ type: "Ping" });
    }, PING_AFTER_MS);
  }
}

function parseMessage(text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error("BadJsonMessage: the message is not valid JSON");
  }
  const parsed = clientMessage.safeParse(json);
  if (!parsed.success)
    throw new Error(
      `BadMessage: ${parsed.error.issues[0]?.message ?? "not a message of the sync protocol"}`,
    );
  return parsed.data;
}

function decodeTs(encoded: string): bigint {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== 8) throw new Error("BadTimestamp: a timestamp is eight bytes in base64");
  return bytes.readBigUInt64LE();
}
