import { PING_AFTER_MS } from "../limits/requests.ts";

/** The socket, as a session needs it. */
export interface Connection {
  send(text: string): void;
  /** How many bytes it has buffered. */
  unsent(): number;
  close(code: number, reason: string): void;
  /** Terminates it at once, and drops its buffer. */
  terminate(): void;
}

/** A message that ends the connection because of a client's error. */
type Refusal =
  | { readonly type: "FatalError"; readonly error: string }
  | {
      readonly type: "AuthError";
      readonly error: string;
      /** The client's identity version that stays. */
      readonly baseVersion: number;
      /** Whether the client was changing its identity; else the one it had has ended. */
      readonly authUpdateAttempted: boolean;
    };

/** Close codes: the client reconnects, and sends requests without a response again. */
const CLOSE_NORMAL = 1000;
const CLOSE_TRY_AGAIN = 1013;

/** Above this many buffered bytes, nothing more is written to the socket. */
const FULL_BYTES = 1024 * 1024;
/** How much may be queued for a slow client, in characters: one transition of all its results, and responses. */
const MAX_WAITING_LENGTH = 128 * 1024 * 1024;
/** How long a client is given to answer a close, in milliseconds. One that reads nothing never does. */
const CLOSE_GRACE_MS = 5_000;

/**
 * The server's side of one client's socket: sends messages in order, at the pace of the client, with a
 * bounded queue, and closes the connection.
 */
export class Channel {
  #closed = false;
  #ping: ReturnType<typeof setTimeout> | null = null;
  #grace: ReturnType<typeof setTimeout> | null = null;
  #waiting: string[] = [];
  #waitingLength = 0;
  #ready: (() => void)[] = [];

  constructor(private readonly connection: Connection) {
    this.#restartPing();
  }

  /** Whether either side has closed it: nothing more is sent or started. */
  isClosed(): boolean {
    return this.#closed;
  }

  send(message: object): void {
    this.sendTexts([JSON.stringify(message)]);
  }

  /** Sends messages that are JSON text already, with none between them. */
  sendTexts(texts: readonly string[]): void {
    if (this.#closed) return;
    for (const text of texts) {
      this.#waiting.push(text);
      this.#waitingLength += text.length;
    }
    this.#pass();
    if (this.#waitingLength > MAX_WAITING_LENGTH) this.closeForRetry("TooManyUnsentBytes");
    else this.#restartPing();
  }

  /**
   * Resolves when the client has received what it was sent, or was closed: until then, no further results are computed
   * for it (production holds transitions back likewise, SYNC_MAX_SEND_TRANSITION_COUNT).
   */
  async drain(): Promise<void> {
    if (this.#closed || !this.#isFull()) return;
    await new Promise<void>((resolve) => {
      this.#ready.push(resolve);
    });
  }

  /** Called when the socket has drained. */
  drained(): void {
    this.#pass();
    if (!this.#isFull()) this.#wake();
  }

  /** Sends the message with the reason, and closes the connection. */
  refuse(message: Refusal): void {
    if (this.#closed) return;
    // Before the messages that still wait: it is the last one that is sent.
    this.connection.send(JSON.stringify(message));
    this.#abort(CLOSE_NORMAL, message.type);
  }

  /** Closes the connection so that the client reconnects: the deployment can't serve it now. */
  closeForRetry(
    reason: "InternalServerError" | "MaxObservedTimestampTooHigh" | "TooManyUnsentBytes",
  ): void {
    this.#abort(CLOSE_TRY_AGAIN, reason);
  }

  /** Called when the socket was closed. */
  closed(): void {
    this.#end();
    if (this.#grace !== null) clearTimeout(this.#grace);
  }

  /** Closes the connection from this side; messages that were received and not handled yet are dropped. */
  #abort(code: number, reason: string): void {
    if (this.#closed) return;
    this.#end();
    this.connection.close(code, reason);
    this.#grace = setTimeout(() => {
      this.connection.terminate();
    }, CLOSE_GRACE_MS);
  }

  #end(): void {
    this.#closed = true;
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#wake();
  }

  #isFull(): boolean {
    return this.#waiting.length > 0 || this.connection.unsent() > FULL_BYTES;
  }

  #pass(): void {
    let passed = 0;
    for (const text of this.#waiting) {
      if (this.connection.unsent() > FULL_BYTES) break;
      this.connection.send(text);
      this.#waitingLength -= text.length;
      passed++;
    }
    this.#waiting.splice(0, passed);
  }

  #wake(): void {
    for (const resolve of this.#ready.splice(0)) resolve();
  }

  #restartPing(): void {
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#ping = setTimeout(() => {
      this.send({ type: "Ping" });
    }, PING_AFTER_MS);
  }
}
