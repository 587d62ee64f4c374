import { MAX_BODY_BYTES } from "../../limits/requests.ts";
import { isAnyArrayBuffer } from "node:util/types";
import type { FromHttpCall } from "../protocol.ts";

/** Statuses that a response with a body can't have. */
const BODYLESS = new Set([101, 204, 205, 304]);

/** A stream yields data that it already has within a few microtasks; a stream made of other streams needs some more. */
const SOON_MICROTASKS = 64;

type Reader = ReadableStreamDefaultReader<unknown>;
type Read = Awaited<ReturnType<Reader["read"]>>;

/** The data that a body yielded without waiting. */
interface Start {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The read that is pending; null when the body has ended. */
  readonly next: Promise<Read> | null;
}

/** Sends one response to the server: its head at once, the chunks of its body one by one, as the client takes them. */
export class ResponseStream {
  #pulls = 0;
  #pulled: () => void = () => undefined;

  /** @param client aborted when the client has disconnected */
  constructor(
    private readonly post: (message: FromHttpCall) => void,
    private readonly client: AbortSignal,
  ) {}

  /** The client takes one more chunk. */
  pull(): void {
    this.#pulls++;
    this.#pulled();
  }

  /** Sends everything, or stops the body when the client disconnects. @throws what the body throws */
  async send(response: Response): Promise<void> {
    if (response.body === null || BODYLESS.has(response.status)) {
      this.#head(response, null, false);
      response.body?.cancel().catch(() => undefined);
      return;
    }
    const reader: Reader = response.body.getReader();
    const { bytes, next } = await readStart(reader);
    this.#head(response, bytes, next !== null);
    if (next !== null) await this.#sendRest(reader, next);
  }

  #head(response: Response, body: Uint8Array<ArrayBuffer> | null, streams: boolean): void {
    const cookies = response.headers
      .getSetCookie()
      .map((value): [string, string] => ["set-cookie", value]);
    const headers = [...response.headers].filter(([name]) => name !== "set-cookie");
    const { status } = response;
    if (!streams && !BODYLESS.has(status) && !response.headers.has("content-length")) {
      headers.push(["content-length", String(body?.length ?? 0)]);
    }
    const head = { status, headers: [...headers, ...cookies], body, streams };
    this.post({ kind: "head", head });
  }

  async #sendRest(reader: Reader, started: Promise<Read>): Promise<void> {
    const gone = this.#clientGone();
    for (let next: Promise<Read> | null = started; ; next = null) {
      const taken = this.#demand().then(() => next ?? reader.read());
      const read = await Promise.race([taken, gone]);
      if (read === null) {
        await reader.cancel(this.client.reason);
        return;
      }
      if (read.done) return;
      this.#pulls--;
      this.post({ kind: "chunk", bytes: bytesOf(read.value) });
    }
  }

  /** Waits until a chunk is asked for. */
  #demand(): Promise<void> {
    if (this.#pulls > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#pulled = resolve;
    });
  }

  #clientGone(): Promise<null> {
    return new Promise((resolve) => {
      const aborted = () => {
        resolve(null);
      };
      if (this.client.aborted) aborted();
      else this.client.addEventListener("abort", aborted);
    });
  }
}

/**
 * Reads the data that a body yields without waiting, so that a body that was complete when the response was made is sent
 * with its length, as production sends it.
 */
async function readStart(reader: Reader): Promise<Start> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const next = reader.read();
    const read = length <= MAX_BODY_BYTES && (await settlesSoon(next)) ? await next : null;
    if (read === null || read.done) {
      return { bytes: concat(chunks, length), next: read === null ? next : null };
    }
    const bytes = bytesOf(read.value);
    chunks.push(bytes);
    length += bytes.length;
  }
}

/** Whether a promise settles within microtasks, so without waiting for anything outside JavaScript. */
async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  const state = { settled: false };
  const settled = () => {
    state.settled = true;
  };
  promise.then(settled, settled);
  for (let i = 0; i < SOON_MICROTASKS && !state.settled; i++) await Promise.resolve();
  return state.settled;
}

function concat(
  chunks: readonly Uint8Array<ArrayBuffer>[],
  length: number,
): Uint8Array<ArrayBuffer> {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A copy of a stream's chunk, as the action may reuse its buffer. @throws TypeError for a chunk that is not bytes */
function bytesOf(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (isAnyArrayBuffer(chunk)) return new Uint8Array(chunk).slice();
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice();
  }
  throw new TypeError(
    `A response's body must give Uint8Arrays, and gave a value of type ${typeof chunk}.`,
  );
}
