import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { HttpBindings } from "@hono/node-server";
import { getRequestListener } from "@hono/node-server";
import { EmulatorError, systemErrorCode } from "./errors.ts";

/** A server that listens. */
export interface ListeningServer {
  /** Where it listens: `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  /** Stops listening and closes all connections, so that the process can end. The data stays. */
  close(): Promise<void>;
}

interface Fetcher {
  fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
}

/** What the server serves: the app, and upgraded connections. */
export interface ServedApp {
  app: Fetcher;
  upgrade?: UpgradeHandler;
}

/** Handles a request to upgrade its connection to a WebSocket. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const HOST = "127.0.0.1";

/**
 * Listens on loopback. The app is created once the port is known, because its answers contain the URL.
 *
 * @param port 0 for any free one.
 * @throws EmulatorError `EADDRINUSE`.
 */
export async function listen(
  port: number,
  makeApp: (url: string) => ServedApp | Promise<ServedApp>,
): Promise<ListeningServer> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await bind(server, port);
  const url = `http://${HOST}:${String(boundPort(server))}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      for (const socket of sockets) socket.destroy();
    });
  try {
    const { app, upgrade } = await makeApp(url);
    // Over HTTP/1 the bindings are node:http's; the listener's type allows for HTTP/2's, too.
    const fetch = (request: Request, env: unknown) => app.fetch(request, env as HttpBindings);
    // overrideGlobalObjects would replace this process's own Request and Response.
    const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
    server.on("request", (request, response) => void listener(request, response));
    if (upgrade) server.on("upgrade", upgrade);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const taken = systemErrorCode(error) === "EADDRINUSE";
      reject(
        taken ? new EmulatorError("EADDRINUSE", `port ${String(port)} is already in use`) : error,
      );
    });
    server.listen(port, HOST, resolve);
  });
}

function boundPort(server: Server): number {
  // A server listening on TCP has an AddressInfo; only pipes have a string, and closed ones null.
  return (server.address() as AddressInfo).port;
}
