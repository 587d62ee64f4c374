/** The socket, as a session needs it. */
import { PING_AFTER_MS } from "../limits/requests.ts";
export interface Connection {
  send(text: string): void;
  /** How many bytes it keeps that the client has not taken. */
  unsent(): number;
  close(code: number, reason: string): void;
  /** Ends it at once, with what it keeps. */
  terminate(): void;
}

/** A message after which the connection ends, by the client's own fault. */
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

/** Close codes: the client reconnects and sends again what it has no answer to. */
const CLOSE_NORMAL = 1000;
const CLOSE_TRY_AGAIN = 1013;

/** Above this many bytes that the client has not taken, the socket is given no more. */
const FULL_BYTES = 1024 * 1024;
/** What may wait for a slow client, in characters: one transition of all its results, and answers. */
const MAX_WAITING_LENGTH = 128 * 1024 * 1024;
/** How long a client is given to answer a close, in milliseconds. One that reads nothing never does. */
const CLOSE_GRACE_MS = 5_000;

/**
 * The server's side of one client's socket: what is sent on it, in order, and how it ends. The socket is
 * given messages as the client takes them; what waits is bounded.
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

  /** Whether either side has ended it: nothing more is sent, and nothing more is begun. */
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
   * Resolves when the client has taken what it was sent, or is gone: before that, nothing more is made
   * for it (production holds transitions back likewise, SYNC_MAX_SEND_TRANSITION_COUNT).
   */
  async drain(): Promise<void> {
    if (this.#closed || !this.#isFull()) return;
    await new Promise<void>((resolve) => {
      this.#ready.push(resolve);
    });
  }

  /** The client has taken something. */
  drained(): void {
    this.#pass();
    if (!this.#isFull()) this.#wake();
  }

  /** Sends the message that says why, and ends the connection. */
  refuse(message: Refusal): void {
    if (this.#closed) return;
    // Before the messages that still wait: it is the last one that is sent.
    this.connection.send(JSON.stringify(message));
    this.#abort(CLOSE_NORMAL, message.type);
  }

  /** Ends the connection, for the client to come back: the deployment can't serve it now. */
  closeForRetry(
    reason: "InternalServerError" | "MaxObservedTimestampTooHigh" | "TooManyUnsentBytes",
  ): void {
    this.#abort(CLOSE_TRY_AGAIN, reason);
  }

  /** The socket is gone. */
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
