import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { superviseDevScript, type DevScript } from "./dev-script.ts";
import { forward, tunnel } from "./proxy.ts";
import { serveFile } from "./static-files.ts";
import { answerWaiting } from "./waiting-page.ts";

const RETRY_MS = 250; // while another process of the sandbox listens on the port

/** What to serve, and where. */
export interface AppServerOptions {
  /** The app's folder, which may not be there yet. */
  folder: string;
  /** On 127.0.0.1, which Daytona's proxy reaches from inside the sandbox; 0 is any free port. */
  port: number;
}

/** A running server. */
export interface AppServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves an app on a port: by its dev script, where its `package.json` has one, else as the files that are there. Until
 * there is something to show, and while the dev script does not listen, it answers with a page that says so and reloads
 * itself.
 */
export async function startAppServer({ folder, port }: AppServerOptions): Promise<AppServer> {
  const dev = superviseDevScript(folder);
  const server = createServer((request, response) => {
    answer(folder, dev, request, response).catch(() => response.destroy());
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const target = dev.port();
    if (target === null) socket.destroy();
    else tunnel(request, socket, head, target);
  });
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${actual}`,
    close: async () => {
      await dev.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  folder: string,
  dev: DevScript,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!dev.isExpected()) {
    if (!(await serveFile(folder, request, response))) answerWaiting(response, "empty");
    return;
  }
  const target = dev.port();
  const isAnswered = target !== null && (await forward(request, response, target));
  if (!isAnswered) answerWaiting(response, "starting");
}

async function listen(server: Server, port: number): Promise<void> {
  for (;;) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once("error", resolve);
      server.listen(port, "127.0.0.1", () => resolve(null));
    });
    server.removeAllListeners("error");
    if (error === null) return;
    if (error.code !== "EADDRINUSE") throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
