import { ConvexClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { within } from "../../../../../tests/support/dev.ts";

const WITHIN_MS = 20_000;

/** The official WebSocket client, closed when the test is over. */
export function liveClient(url: string): ConvexClient {
  const client = new ConvexClient(url, {
    // Node 20 has no WebSocket of its own; `ws` is one but for the DOM's event types.
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  onTestFinished(() => client.close());
  return client;
}

/** The results and errors of a live query, and a wait for later ones. */
export function watch<Query extends FunctionReference<"query">>(
  client: ConvexClient,
  query: Query,
  args: FunctionArgs<Query>,
) {
  const seen: FunctionReturnType<Query>[] = [];
  const errors: Error[] = [];
  let changed: () => void = () => undefined;
  client.onUpdate(
    query,
    args,
    (value) => {
      seen.push(value);
      changed();
    },
    (error) => {
      errors.push(error);
      changed();
    },
  );
  const until = (isIt: () => boolean) =>
    within(
      20_000,
      "an update",
      new Promise<void>((resolve) => {
        changed = () => {
          if (isIt()) resolve();
        };
        changed();
      }),
      () => JSON.stringify(seen).slice(-1_000),
    );
  return { seen, errors, until };
}

/** The server's messages, with the fields that tests read. */
export interface ServerMessage {
  readonly type: string;
  readonly error?: string;
  readonly authUpdateAttempted?: boolean;
  readonly requestId?: number;
  readonly success?: boolean;
  readonly result?: unknown;
  readonly ts?: string | null;
  readonly clientClockSkew?: number | null;
  readonly startVersion?: Version;
  readonly endVersion?: Version;
  readonly modifications?: readonly Modification[];
  readonly chunk?: string;
  readonly partNumber?: number;
  readonly totalParts?: number;
}

interface Version {
  readonly querySet: number;
  readonly identity: number;
  readonly ts: string;
}

interface Modification {
  readonly type: string;
  readonly queryId: number;
  readonly value?: unknown;
  readonly errorMessage?: string;
  readonly journal?: string | null;
}

/** A client of the sync protocol that can send messages which the official client never sends. */
export class RawClient {
  readonly received: ServerMessage[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  #read = 0;
  #arrived: () => void = () => undefined;
  #querySet = 0;
  #ended = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      this.received.push(JSON.parse(data.toString()) as ServerMessage);
      this.#arrived();
    });
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#ended = true;
        this.#arrived();
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  /** Connects, as a new session unless one is named. */
  static async open(
    url: string,
    session: { id?: string; maxObservedTimestamp?: string; clientTs?: number } | null = {},
  ): Promise<RawClient> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/api/1.48.0/sync`);
    const client = new RawClient(socket);
    onTestFinished(() => socket.terminate());
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    if (session !== null) {
      const { id = crypto.randomUUID(), ...rest } = session;
      client.send({
        type: "Connect",
        sessionId: id,
        connectionCount: 0,
        lastCloseReason: null,
        ...rest,
      });
    }
    return client;
  }

  send(message: object | string): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Adds and removes live queries. */
  modify(...modifications: readonly object[]): void {
    const baseVersion = this.#querySet++;
    this.send({ type: "ModifyQuerySet", baseVersion, newVersion: this.#querySet, modifications });
  }

  add(queryId: number, udfPath: string, args: object, extra: object = {}): void {
    this.modify({ type: "Add", queryId, udfPath, args: [args], ...extra });
  }

  authenticate(baseVersion: number, value?: string): void {
    const token = value === undefined ? { tokenType: "None" } : { tokenType: "User", value };
    this.send({ type: "Authenticate", baseVersion, ...token });
  }

  mutate(requestId: number, udfPath: string, args: object): void {
    this.send({ type: "Mutation", requestId, udfPath, args: [args] });
  }

  /** Resolves when the server has received all earlier messages. */
  async taken(): Promise<void> {
    const pong = new Promise((resolve) => this.#socket.once("pong", resolve));
    this.#socket.ping();
    await within(WITHIN_MS, "a pong", pong);
  }

  /** The next message, of those not read yet, that fits. */
  async next(isIt: (message: ServerMessage) => boolean = () => true): Promise<ServerMessage> {
    const found = new Promise<ServerMessage>((resolve, reject) => {
      const look = () => {
        while (this.#read < this.received.length) {
          const message = this.received[this.#read++]!;
          if (isIt(message)) {
            // Later messages are for later calls.
            this.#arrived = () => undefined;
            resolve(message);
            return;
          }
        }
        if (this.#ended) reject(new Error("the connection was closed"));
      };
      this.#arrived = look;
      look();
    });
    return await within(WITHIN_MS, "a message", found, () =>
      JSON.stringify(this.received).slice(-2_000),
    );
  }

  /** The next modification of one query. */
  async update(queryId: number): Promise<Modification> {
    const about = (message: ServerMessage) =>
      message.modifications?.find((m) => m.queryId === queryId);
    const message = await this.next((candidate) => about(candidate) !== undefined);
    return about(message)!;
  }

  close(): void {
    this.#socket.close();
  }
}

/** A timestamp as the protocol writes it. */
export function decodeTs(text: string | null | undefined): bigint {
  return Buffer.from(text ?? "", "base64").readBigUInt64LE();
}

export function encodeTs(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString("base64");
}
