import type { Isolate } from "../../runtime/isolate.ts";
import type { FromHttpCall, ToHttpCall, WireRequest } from "../protocol.ts";
import { ResponseStream } from "./response_stream.ts";

/** An HTTP action's request and response in its thread: both bodies are transferred chunk by chunk, on demand. */
export class HttpCall {
  readonly #client = new AbortController();
  readonly #response: ResponseStream;
  #requestBody: ReadableByteStreamController | null = null;
  #chunkTaken: () => void = () => undefined;

  constructor(private readonly send: (message: FromHttpCall) => void) {
    this.#response = new ResponseStream(send, this.#client.signal);
  }

  /** The request as the action gets it. Its signal is aborted when the client disconnects, as in production. */
  request({ method, url, headers, hasBody }: WireRequest, isolate: Isolate): Request {
    return isolate.newRequest(url, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      signal: this.#client.signal,
      ...(hasBody ? { body: this.#body(), duplex: "half" } : {}),
    });
  }

  /** Whether the client has disconnected. */
  get clientGone(): boolean {
    return this.#client.signal.aborted;
  }

  /** Sends the response to its end, or until the client disconnects. @throws what its body throws */
  async respond(response: Response): Promise<void> {
    await this.#response.send(response);
  }

  /** Handles a message of the server. An error of the request's body is thrown where the action reads it. */
  receive(message: ToHttpCall): void {
    switch (message.kind) {
      case "pull":
        this.#response.pull();
        break;
      case "clientGone":
        this.#client.abort(new DOMException("The client disconnected.", "AbortError"));
        break;
      case "requestChunk":
        this.#requestBody?.enqueue(message.bytes);
        this.#chunkTaken();
        break;
      case "requestEnd":
        if (message.error === null) this.#endRequest();
        else this.#requestBody?.error(new Error(message.error));
        this.#chunkTaken();
        break;
    }
  }

  /** The request's body, which is fetched only as the action reads it. */
  #body(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: "bytes",
      start: (controller) => {
        this.#requestBody = controller;
      },
      pull: () =>
        new Promise((resolve) => {
          this.#chunkTaken = resolve;
          this.send({ kind: "pullRequest" });
        }),
      cancel: () => {
        this.#requestBody = null;
      },
    });
  }

  #endRequest(): void {
    this.#requestBody?.close();
    // A read into a buffer of the reader's ends with nothing in it.
    this.#requestBody?.byobRequest?.respond(0);
  }
}
