import { createServer, type RequestListener } from "node:http";
import { DeploymentError } from "../lib/errors.ts";

/** A listening server. */
export interface Listener {
  close(): Promise<void>;
}

/**
 * Opens a server of Node's `http`, which streams as Bun's own server does not: that one sends a response's head with
 * the first chunk of its body, and never a stream with its length.
 *
 * @throws DeploymentError `PORT_IN_USE`
 */
export async function openHttpServer(
  { hostname, port, idleSeconds }: { hostname: string; port: number; idleSeconds: number },
  listener: RequestListener,
): Promise<Listener> {
  const server = createServer(listener);
  // Uploads and responses have no time limit.
  server.requestTimeout = 0;
  server.keepAliveTimeout = idleSeconds * 1_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(new DeploymentError("PORT_IN_USE", error.message, { cause: error }));
    });
    server.listen(port, hostname, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
