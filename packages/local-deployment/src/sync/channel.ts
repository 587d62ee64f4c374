/** The socket, as a session needs it. */
export interface Connection {
  send(text: string): void;
  close(code: number, reason: string): void;
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

/** Silence after which a Ping is sent, in milliseconds; clients give up after 60 s. */
const PING_AFTER_MS = 15_000;

/** Close codes: the client reconnects and sends again what it has no answer to. */
const CLOSE_NORMAL = 1000;
const CLOSE_TRY_AGAIN = 1013;

/** The server's side of one client's socket: what is sent on it, and how it ends. */
export class Channel {
  #closed = false;
  #ping: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly connection: Connection) {
    this.#restartPing();
  }

  /** Whether either side has ended it: nothing more is sent, and nothing more is begun. */
  isClosed(): boolean {
    return this.#closed;
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends a message that is JSON text already. */
  sendText(text: string): void {
    if (this.#closed) return;
    this.connection.send(text);
    this.#restartPing();
  }

  /** Sends the message that says why, and ends the connection. */
  refuse(message: Refusal): void {
    this.send(message);
    this.#abort(CLOSE_NORMAL, message.type);
  }

  /** Ends the connection, for the client to come back: the deployment can't serve it now. */
  tryAgain(reason: "InternalServerError" | "MaxObservedTimestampTooHigh"): void {
    this.#abort(CLOSE_TRY_AGAIN, reason);
  }

  /** The socket is gone. */
  closed(): void {
    this.#closed = true;
    if (this.#ping !== null) clearTimeout(this.#ping);
  }

  /** Closes the connection from this side: what was received and not begun is not begun any more. */
  #abort(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.close(code, reason);
  }

  #restartPing(): void {
    if (this.#ping !== null) clearTimeout(this.#ping);
    this.#ping = setTimeout(() => {
      this.send({ type: "Ping" });
    }, PING_AFTER_MS);
  }
}
