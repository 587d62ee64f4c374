import { ConvexHttpClient } from "convex/browser";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { expect, onTestFinished } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";
import { FunctionLog, type Completion } from "../../../../../tests/support/function-log.ts";
import type { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { api } from "./api.ts";

const WITHIN_MS = 20_000;

/** The fixture's streaming HTTP actions, as a client sees them. */
export class Streams {
  constructor(private readonly deployment: () => TestDeployment) {}

  at(name: string, query: Readonly<Record<string, string | number>> = {}): string {
    const url = new URL(`/streams/${name}`, this.deployment().siteUrl);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
    return url.href;
  }

  /** Asks for a stream. Resolves when its head is there. */
  async open(name: string, query?: Readonly<Record<string, string | number>>): Promise<Stream> {
    return await Stream.open(this.at(name, query));
  }

  /** Waits until the fixture has made a mark. */
  async marked(mark: string): Promise<void> {
    const client = new ConvexHttpClient(this.deployment().url, { logger: false });
    const isMarked = () => client.query(api.actions.marked, { mark });
    await expect.poll(isMarked, { timeout: WITHIN_MS }).toBe(true);
  }

  /** Does something, and says what the log has of an HTTP action then. */
  async logged(name: string, run: () => Promise<void>): Promise<Completion> {
    const log = await FunctionLog.from(this.deployment());
    await run();
    const isIt = ({ identifier }: Completion) => identifier.endsWith(` /streams/${name}`);
    const completions = await within(WITHIN_MS, "the log's entry", log.until(isIt));
    return completions.find(isIt)!;
  }
}

/** A response that is being read. */
export class Stream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(
    readonly response: Response,
    private readonly controller: AbortController,
  ) {
    this.#reader = response.body!.getReader();
  }

  static async open(url: string, init: RequestInit = {}): Promise<Stream> {
    const controller = new AbortController();
    onTestFinished(() => {
      controller.abort();
    });
    const { signal } = controller;
    const response = await within(WITHIN_MS, "the head", fetch(url, { ...init, signal }));
    return new Stream(response, controller);
  }

  /** The next piece, as text; null at the end. */
  async next(): Promise<string | null> {
    const { done, value } = await within(WITHIN_MS, "a piece", this.#reader.read());
    return done ? null : new TextDecoder().decode(value);
  }

  /** Reads on: how many bytes there were, and whether the body was whole. */
  async rest(): Promise<{ length: number; whole: boolean }> {
    let length = 0;
    try {
      for (;;) {
        const { done, value } = await within(WITHIN_MS, "the end", this.#reader.read());
        if (done) return { length, whole: true };
        length += value.length;
      }
    } catch (error) {
      // That of undici for a connection that ended in a body.
      if (!(error instanceof TypeError)) throw error;
      return { length, whole: false };
    }
  }

  /** Goes away. */
  leave(): void {
    this.controller.abort();
  }
}

/** A request of Node's `http`, whose body the test writes while it reads the answer. */
export async function duplex(url: string): Promise<{
  write: (piece: string | Uint8Array) => void;
  /** Ends the body. Resolves when the server has taken all of it. */
  sent: () => Promise<void>;
  answered: () => Promise<IncomingMessage>;
}> {
  const request = httpRequest(url, { method: "POST" });
  onTestFinished(() => {
    request.destroy();
  });
  request.flushHeaders();
  const response = new Promise<IncomingMessage>((resolve, reject) =>
    request.once("response", resolve).once("error", reject),
  );
  await new Promise((resolve) => request.once("socket", resolve));
  return {
    write: (piece) => {
      request.write(piece);
    },
    sent: () => {
      const finished = new Promise<void>((resolve) => request.end(resolve));
      return within(WITHIN_MS, "the request to be sent", finished);
    },
    answered: () => within(WITHIN_MS, "the answer's head", response),
  };
}
