import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";

/** A server that responds when the test lets it, so that a test can hold an action at a `fetch`. */
export class HeldResponses {
  readonly #waiting = new Map<string, ServerResponse>();
  readonly #open = new Set<string>();
  #arrived: () => void = () => undefined;

  private constructor(
    readonly url: string,
    server: Server,
  ) {
    server.on("request", (request, response: ServerResponse) => {
      const name = request.url?.slice(1) ?? "";
      if (this.#open.has(name)) response.end();
      else this.#waiting.set(name, response);
      this.#arrived();
    });
  }

  /** One for the running test. */
  static async start(): Promise<HeldResponses> {
    const server = createServer();
    const url = await listening(server);
    return new HeldResponses(url, server);
  }

  /** Responds to requests of a name, the pending one and later ones. */
  open(name: string | number): void {
    this.#open.add(String(name));
    this.#waiting.get(String(name))?.end();
  }

  /** Waits for a request of a name. */
  async reached(name: string | number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#arrived = () => {
        if (this.#waiting.has(String(name))) resolve();
      };
      this.#arrived();
    });
    await within(20_000, `a request of ${name}`, reached);
  }
}

/** Opens a server on a free port until the test is over. @returns its address */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
