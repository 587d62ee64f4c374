import { MAX_BODY_BYTES } from "../limits/requests.ts";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { errorResponse, refuseBadHost } from "./http_io.ts";

/** Headers that concern the connection alone, which the server sets. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

/**
 * Serves requests of Node's `http` by a function from `Request` to `Response`. Bodies stream both ways, at the pace of
 * their reader. When the client disconnects, the request's signal is aborted and the response's body cancelled;
 * when that body fails, or is shorter than its `content-length`, the connection ends in its middle.
 *
 * @param respond must not throw
 */
export function fetchListener(
  respond: (request: Request, ip: string | null) => Promise<Response>,
): RequestListener {
  const serve = async (message: IncomingMessage, answer: ServerResponse) => {
    const body = new MessageBody(message);
    const client = new AbortController();
    // The close event follows, and is handled.
    answer.on("error", () => undefined);
    answer.once("close", () => {
      if (!answer.writableFinished) client.abort();
      body.drop();
    });
    const request = requestOf(message, body, client.signal);
    const response =
      request instanceof Response
        ? request
        : await respond(request, message.socket.remoteAddress ?? null);
    await send(response, message.method === "HEAD", answer, client.signal);
  };
  return (message, answer) => {
    // Without a valid head there can be no response.
    serve(message, answer).catch(() => answer.destroy());
  };
}

/** The request, or the response to a malformed one. */
function requestOf(
  message: IncomingMessage,
  body: MessageBody,
  signal: AbortSignal,
): Request | Response {
  const { rawHeaders, method = "GET", url: target = "/" } = message;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] ?? "", rawHeaders[i + 1] ?? "");
  }
  const host = headers.get("host");
  const url = target.startsWith("/") ? `http://${host ?? ""}${target}` : target;
  const refused = refuseBadHost(host, url);
  if (refused !== null) return refused;
  const hasBody = headers.has("content-length") || headers.has("transfer-encoding");
  try {
    return new Request(url, {
      method,
      headers,
      signal,
      // A `Request` of these can't have one; it is read and left out.
      ...(hasBody && method !== "GET" && method !== "HEAD"
        ? { body: body.stream(), duplex: "half" }
        : {}),
    });
  } catch {
    return errorResponse(400, "BadRequest", "The request's method can't be used.");
  }
}

/** A request's body, as it is received. */
class MessageBody {
  #reader: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(private readonly message: IncomingMessage) {
    // Without a listener Node throws it; the response's close event follows, and is handled.
    message.on("error", () => undefined);
  }

  stream(): ReadableStream<Uint8Array> {
    const { message } = this;
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => {
        this.#reader = controller;
        message.on("data", (chunk: Buffer) => {
          if (this.#reader === null) return;
          this.#reader.enqueue(chunk);
          message.pause();
        });
        message.once("end", () => {
          this.#reader?.close();
          this.#reader = null;
        });
        message.once("close", () => {
          this.#reader?.error(new Error("The client disconnected."));
          this.#reader = null;
        });
        message.pause();
      },
      pull: () => {
        message.resume();
      },
      cancel: () => {
        this.drop();
      },
    };
    return new ReadableStream(source, { highWaterMark: 0 });
  }

  /** Reads the rest and drops it, so that the connection can be used again; a body without end closes it. */
  drop(): void {
    this.#reader = null;
    const { message } = this;
    if (message.complete || message.destroyed) return;
    let dropped = 0;
    message.on("data", (chunk: Buffer) => {
      dropped += chunk.length;
      if (dropped > MAX_BODY_BYTES) message.destroy();
    });
    message.resume();
  }
}

/** Writes a response as far as its body goes. */
async function send(
  response: Response,
  headOnly: boolean,
  answer: ServerResponse,
  client: AbortSignal,
): Promise<void> {
  const reader = response.body?.getReader();
  const gone = () => void reader?.cancel().catch(() => undefined);
  if (client.aborted) {
    gone();
    return;
  }
  answer.writeHead(response.status, rawHeaders(response.headers));
  if (reader === undefined || headOnly) {
    gone();
    answer.end();
    return;
  }
  client.addEventListener("abort", gone);
  const length = Number(response.headers.get("content-length") ?? Infinity);
  // A body that is available at once is sent with its head in one packet; another must not delay the head.
  const flush = setImmediate(() => {
    answer.flushHeaders();
  });
  let left = length;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      clearImmediate(flush);
      if (done) break;
      const chunk = value.subarray(0, left);
      left -= chunk.length;
      if (chunk.length > 0 && !answer.write(chunk)) await drained(answer);
    }
  } catch {
    // The failure is logged where it occurs.
    breakOff(answer);
    return;
  }
  if (left > 0 && left !== Infinity) breakOff(answer);
  else answer.end();
}

/** Ends the connection in the middle of a response, with what was written of it. */
function breakOff(answer: ServerResponse): void {
  answer.flushHeaders();
  // Under Bun, the head is handed over in the next turn of the event loop.
  setImmediate(() => answer.destroy());
}

function rawHeaders(headers: Headers): string[] {
  const cookies = headers.getSetCookie().flatMap((cookie) => ["set-cookie", cookie]);
  const others = [...headers].filter(([name]) => name !== "set-cookie" && !HOP_BY_HOP.has(name));
  return [...others.flat(), ...cookies];
}

/** Waits until more can be written, or the connection is closed. */
function drained(answer: ServerResponse): Promise<void> {
  if (answer.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      answer.off("drain", done);
      answer.off("close", done);
      resolve();
    };
    answer.on("drain", done);
    answer.on("close", done);
  });
}
