/**
 * A sandbox's own port. Its processes are this machine's, so two sandboxes can't both listen on the port that
 * development servers take. Each therefore finds another one in `PORT`, as on most hosting services, and a
 * preview of the usual port shows what listens there.
 */
import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/** Where development servers listen, and what `PORT` stands for. */
export const USUAL_PORT = 3000;

// Below the ports that systems hand out to whoever asks for any.
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
const ATTEMPTS = 100;

/** A port that nothing listens on. @throws Error when there is none to be found */
export async function findOwnPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new Error("no port of this machine is free for a sandbox");
}

/** Whether something listens on a port of this machine. */
export function answers(port: number): Promise<boolean> {
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
