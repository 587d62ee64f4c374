/**
 * Sandboxes share the ports of this machine, so two of them can't both listen on port 3000. Each therefore has a port
 * of its own in `PORT`, as on most hosting services, and a preview of port 3000 shows what listens there.
 */
import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/** The port that most development servers listen on, and that `PORT` replaces. */
export const DEFAULT_APP_PORT = 3000;

// Below the ephemeral ports.
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
const ATTEMPTS = 100;

/** A port that nothing listens on. @throws Error if none is found */
export async function findAppPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new Error("no port of this machine is free for a sandbox");
}

/** Whether something listens on a port of this machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, "localhost");
    const settle = (found: boolean) => {
      probe.destroy();
      resolve(found);
    };
    probe.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1" }, () => probe.close(() => resolve(true)));
  });
}
