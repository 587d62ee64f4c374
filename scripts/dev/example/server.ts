import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT_WITH_PARENT, ROOT, exitOf, nodePath } from "../../lib/convex-cli.ts";
import { CommandFailure } from "../../lib/failure.ts";

const SERVER = fileURLToPath(new URL("./vite-server.js", import.meta.url));

/** How long Vite gets to answer its first request, on a machine that pushes functions meanwhile. */
const READY_WITHIN_MS = 60_000;

/** Where the example is served, and with which backend. */
export interface ExampleOptions {
  port: number;
  dataDir: string;
  /** The deployment's address. */
  url: string;
  clerkUrl: string;
  /** A production build instead of the sources. */
  built: boolean;
}

/** The example front end, being served. */
export interface Example {
  /** Resolves once the page is served. @throws CommandFailure `EXAMPLE_FAILED` */
  ready: Promise<void>;
  close(): Promise<void>;
}

/** Where a browser finds the example. */
export function exampleUrl(port: number): string {
  return `http://localhost:${port}`;
}

/** Starts Vite on the example; it ends with this process, however that ends. */
export function startExample({ port, dataDir, url, clerkUrl, built }: ExampleOptions): Example {
  const args = [SERVER, join(ROOT, "example"), String(port), join(dataDir, "vite")];
  if (built) args.push("built");
  const child = spawn(nodePath(), ["--import", EXIT_WITH_PARENT, ...args], {
    cwd: ROOT,
    env: { ...process.env, VITE_CONVEX_URL: url, VITE_CLERK_EMULATOR_URL: clerkUrl },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = exitOf(child);
  const ready = within(untilReady(child, ended));
  ready.catch(() => undefined); // those who await it handle the error
  let closing = false;
  void Promise.all([ready, ended]).then(
    ([, code]) => {
      // Without a code, or with one above 128, it was a signal, Ctrl-C's for one: Vite answers SIGTERM by 143.
      if (closing || code === null || code > 128) return;
      process.stderr.write(`The example ended with exit code ${code}; all the rest still runs.\n`);
    },
    () => undefined, // `ready` has reported it
  );
  const close = async () => {
    closing = true;
    child.kill("SIGKILL"); // it has no data to save
    await ended.catch(() => undefined);
  };
  return { ready, close };
}

async function untilReady(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  const served = new Promise<"served">((resolve) => {
    child.stdout?.once("data", () => resolve("served"));
  });
  const first = await Promise.race([served, ended]);
  if (first === "served") return;
  throw new CommandFailure("EXAMPLE_FAILED", "The example could not be served; Vite says why.");
}

async function within(ready: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Vite was not ready after ${READY_WITHIN_MS / 1000} s.`;
    timer = setTimeout(
      () => reject(new CommandFailure("EXAMPLE_FAILED", message)),
      READY_WITHIN_MS,
    );
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}
