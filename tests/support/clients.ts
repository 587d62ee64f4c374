import { ConvexClient, ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { WebSocket } from "ws";
import { within } from "./dev.ts";

/** A live query must deliver within this time; on a quiet machine it takes milliseconds. */
const DELIVERED_WITHIN_MS = 20_000;

/** The official HTTP client, signed in when given a token. */
export function httpClient(url: string, token?: string): ConvexHttpClient {
  const client = new ConvexHttpClient(url, { logger: false });
  if (token !== undefined) client.setAuth(token);
  return client;
}

/** How long to wait before asking an identity provider again that can't be reached. */
const ASK_AGAIN_MS = 100;

/** The official WebSocket client; `fetchToken` is asked whenever it needs a (fresh) token. */
export function liveClient(url: string, fetchToken?: () => Promise<string>): ConvexClient {
  const client = new ConvexClient(url, {
    // Node 20 has no WebSocket of its own; `ws` is one but for the DOM's event types.
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    unsavedChangesWarning: false,
    logger: false,
  });
  if (fetchToken) client.setAuth(() => untilReached(fetchToken, () => client.closed));
  return client;
}

/** Retries while there is no answer, as Clerk's own library does: being offline is not being signed out. */
async function untilReached(
  fetchToken: () => Promise<string>,
  isClosed: () => boolean,
): Promise<string | null> {
  while (!isClosed()) {
    try {
      return await fetchToken();
    } catch (error) {
      // What `fetch` throws when there is no connection.
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
  return null;
}

/** A live query that remembers everything it was told. */
export class Subscription<Query extends FunctionReference<"query">> {
  readonly seen: FunctionReturnType<Query>[] = [];
  /** How often it was told something, errors too. */
  updates = 0;
  readonly #unsubscribe: () => void;
  #error: Error | undefined;
  #changed: () => void = () => undefined;

  constructor(
    client: ConvexClient,
    readonly name: string,
    query: Query,
    args: FunctionArgs<Query>,
  ) {
    this.#unsubscribe = client.onUpdate(
      query,
      args,
      (value) => {
        this.seen.push(value);
        this.updates += 1;
        this.#changed();
      },
      (error) => {
        this.#error = error;
        this.updates += 1;
        this.#changed();
      },
    );
  }

  /** The first value, past or to come, that fulfils `isIt`. */
  until(
    what: string,
    isIt: (value: FunctionReturnType<Query>) => boolean,
  ): Promise<FunctionReturnType<Query>> {
    const found = new Promise<FunctionReturnType<Query>>((resolve, reject) => {
      const look = () => {
        const index = this.seen.findIndex((value) => isIt(value));
        if (index !== -1) resolve(this.seen[index]);
        else if (this.#error) reject(this.#error);
      };
      this.#changed = look;
      look();
    });
    return within(DELIVERED_WITHIN_MS, `${this.name}: ${what}`, found, () =>
      JSON.stringify(this.seen, null, 2),
    );
  }

  /** Stops listening. */
  close(): void {
    this.#unsubscribe();
  }
}
