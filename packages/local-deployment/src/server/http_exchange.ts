import { MAX_BODY_BYTES } from "../limits/requests.ts";
import type { FromHttpCall, ToHttpCall, WireHead } from "../actions/protocol.ts";
import type { HttpPeer } from "../actions/runners/run_on.ts";
import { HttpError, messageOf } from "../lib/errors.ts";
import type { LogLine } from "../runtime/console.ts";
import { bodyTooLarge } from "./http_io.ts";

/** How long an action may take to end when its client has disconnected, in milliseconds. */
const GONE_GRACE_MS = 5_000;
/** In production's words (crates/isolate/src/environment/action/mod.rs). */
const RESPONSE_TOO_LARGE = "HttpResponseTooLarge: HTTP actions support responses up to 20 MiB";

/**
 * The server's end of an HTTP action: takes the response's head, and its body chunk by chunk, as the client reads it;
 * gives the request's body chunk by chunk, as the action reads it.
 */
export class HttpExchange implements HttpPeer {
  /** How the response begins; null when there is none, or the client has disconnected. Rejects with HttpError 413. */
  readonly head: Promise<WireHead | null>;
  /** The response's body, if it streams. It fails when the action does. */
  readonly body: ReadableStream<Uint8Array>;
  /** The response's head; null until the action has sent it. */
  begun: WireHead | null = null;
  /** Lines that the server adds to the action's log, as production does. */
  readonly lines: LogLine[] = [];
  readonly #request: ReadableStreamDefaultReader<Uint8Array> | null;
  #received = 0;
  #sent = 0;
  #settleHead!: (head: WireHead | null) => void;
  #refuse!: (error: Error) => void;
  #response!: ReadableStreamDefaultController<Uint8Array>;
  /** Set while the client waits for a chunk. */
  #given: (() => void) | null = null;
  #ended = false;
  #broken = false;
  #clientGone = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #send: (message: ToHttpCall) => void = () => undefined;
  #abandon: () => void = () => undefined;

  /**
   * @param requestBody null for none
   * @param client aborted when the client disconnects
   */
  constructor(requestBody: ReadableStream<Uint8Array> | null, client: AbortSignal) {
    this.#request = requestBody?.getReader() ?? null;
    this.head = new Promise((resolve, reject) => {
      this.#settleHead = resolve;
      this.#refuse = reject;
    });
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => {
        this.#response = controller;
      },
      pull: () => this.#nextChunk(),
      cancel: () => {
        this.#loseClient();
      },
    };
    // No chunk is requested from the action before the client is ready for it.
    this.body = new ReadableStream(source, { highWaterMark: 0 });
    const gone = () => {
      this.#loseClient();
    };
    if (client.aborted) gone();
    else client.addEventListener("abort", gone);
  }

  /** Whether the client disconnected before the action had ended. */
  get clientGone(): boolean {
    return this.#clientGone;
  }

  /** How many bytes of the response's body were sent to the client. */
  get bytesSent(): number {
    return this.begun?.streams === false ? (this.begun.body?.length ?? 0) : this.#sent;
  }

  attach(send: (message: ToHttpCall) => void, abandon: () => void): void {
    this.#send = send;
    this.#abandon = abandon;
    if (this.#clientGone) send({ kind: "clientGone" });
  }

  receive(message: FromHttpCall): void {
    switch (message.kind) {
      case "head":
        if (this.#clientGone) {
          this.#endSoon();
          break;
        }
        this.begun = message.head;
        if (message.head.streams) this.#takeStart(message.head.body);
        this.#settleHead(message.head);
        break;
      case "chunk":
        // The client still waits when this chunk is left out.
        if (!this.#take(message.bytes) && !this.#clientGone) this.#send({ kind: "pull" });
        break;
      case "pullRequest":
        void this.#sendRequestChunk();
        break;
    }
  }

  /** Called when the action has ended, with its response complete or not. */
  end(complete: boolean): void {
    this.#ended = true;
    clearTimeout(this.#grace);
    this.#settleHead(null);
    if (!complete) this.#broken = true;
    this.#request?.cancel().catch(() => undefined);
    if (this.#clientGone) return;
    if (!this.#broken) this.#response.close();
    // Otherwise the client first reads the chunks that were sent.
    else if (this.#given !== null) this.#fail();
    this.#given?.();
  }

  #nextChunk(): Promise<void> | undefined {
    if (this.#ended) {
      this.#fail();
      return undefined;
    }
    return new Promise((resolve) => {
      this.#given = resolve;
      this.#send({ kind: "pull" });
    });
  }

  /** Breaks the connection. Without an error, which Bun would print: the log has it. */
  #fail(): void {
    this.#response.error(undefined);
  }

  /** A complete body that is too large has a content-length, which production sends and then does not fulfil. */
  #takeStart(bytes: Uint8Array | null): void {
    if (!this.#take(bytes) && bytes !== null && bytes.length > 0) this.#broken = true;
  }

  /**
   * Gives the client a chunk, unless the response would become too large: then production leaves that chunk out, logs
   * an error, and continues.
   */
  #take(bytes: Uint8Array | null): boolean {
    if (bytes === null || bytes.length === 0 || this.#clientGone || this.#broken) return false;
    if (this.#sent + bytes.length > MAX_BODY_BYTES) {
      this.#say("ERROR", RESPONSE_TOO_LARGE);
      return false;
    }
    this.#sent += bytes.length;
    this.#response.enqueue(bytes);
    this.#given?.();
    this.#given = null;
    return true;
  }

  /** Adds a line to the log, once. */
  #say(level: LogLine["level"], text: string): void {
    if (this.lines.some(({ messages }) => messages[0] === text)) return;
    this.lines.push({ messages: [text], level, timestamp: Date.now(), isTruncated: false });
  }

  #loseClient(): void {
    if (this.#ended || this.#clientGone) return;
    this.#clientGone = true;
    this.#send({ kind: "clientGone" });
    if (this.begun !== null) this.#endSoon();
  }

  /** Before the response has begun, the function runs to its end, as in production; after that it has a grace period. */
  #endSoon(): void {
    this.#grace = setTimeout(() => {
      this.#abandon();
    }, GONE_GRACE_MS);
  }

  async #sendRequestChunk(): Promise<void> {
    try {
      const chunk = (await this.#request?.read())?.value;
      this.#received += chunk?.length ?? 0;
      if (this.#received > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES);
      if (chunk === undefined) this.#send({ kind: "requestEnd", error: null });
      else this.#send({ kind: "requestChunk", bytes: new Uint8Array(chunk) });
    } catch (error) {
      if (error instanceof HttpError) this.#refuse(error);
      this.#send({ kind: "requestEnd", error: messageOf(error) });
    }
  }
}
