import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "svix";
import { onTestFinished, vi } from "vitest";
import type {
  ClerkEmulator,
  ClerkEmulatorOptions,
  DaytonaEmulator,
  DaytonaEmulatorOptions,
} from "../../src/index.ts";
import { startClerkEmulator, startDaytonaEmulator } from "../../src/index.ts";

/** A folder for this test's data, removed when the test has finished. */
export function aDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "emulators-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** Generated once: it takes longer than the rest of a start. */
const tokenKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;

export async function aClerk(options: Partial<ClerkEmulatorOptions> = {}): Promise<ClerkEmulator> {
  const dataDir = options.dataDir ?? aDataDir();
  const keyFile = join(dataDir, "clerk-token-key.pem");
  if (!existsSync(keyFile)) writeFileSync(keyFile, tokenKey);
  const clerk = await startClerkEmulator({ ...options, dataDir });
  onTestFinished(() => clerk.close().catch(() => undefined)); // a test may have closed it itself
  return clerk;
}

/** Transitions end before the next request, unless a test needs to see them. */
export const AT_ONCE = { create: 0, start: 0, stop: 0, archive: 0, destroy: 0 };

export async function aDaytona(
  options: Partial<DaytonaEmulatorOptions> = {},
): Promise<DaytonaEmulator> {
  const dataDir = options.dataDir ?? aDataDir();
  const daytona = await startDaytonaEmulator({ delaysMs: AT_ONCE, ...options, dataDir });
  onTestFinished(() => daytona.close().catch(() => undefined));
  return daytona;
}

export interface Received {
  id: string;
  event: Record<string, unknown>;
}

/** A receiver of webhooks that verifies their signatures and responds as `answer` says. */
export async function aReceiver(
  secret: string,
  answer: (delivery: number) => number | "never" = () => 204,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const headers = request.headers as Record<string, string>;
      new Webhook(secret).verify(body, headers);
      received.push({ id: headers["svix-id"]!, event: JSON.parse(body) as Received["event"] });
      const status = answer(received.length);
      if (status !== "never") response.writeHead(status).end();
    });
  });
  return { url: await listening(server), received };
}

/** Has a server listen for the length of the test. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Repeats a check until it holds: at once as a rule, later on a busy machine. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(check, { timeout: 20_000, interval: 10 });
}

/** JSON over HTTP, as a front end or a test driver would. */
export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Json; headers: Headers }> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: parse(text) as Json, headers: response.headers };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Parsed JSON that a test looks into; one that isn't there makes the assertion fail. */
export interface Json {
  readonly [key: string]: Json;
}

/** What /proc/PID/stat says after the command's name (proc(5)); nothing where it isn't. */
export function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** Whether a process of this id is running; a zombie isn't. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statOf(pid)[0] !== "Z";
  } catch {
    return false;
  }
}

/** Text out of parsed JSON; anything else fails the test. */
export function str(value: unknown): string {
  if (typeof value !== "string") throw new Error(`expected text, got ${JSON.stringify(value)}`);
  return value;
}
