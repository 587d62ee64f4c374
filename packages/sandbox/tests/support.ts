import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaytonaEmulator, DaytonaEmulatorOptions, FaultRule } from "@quaver/emulators";
import { startDaytonaEmulator } from "@quaver/emulators";
import { onTestFinished, vi } from "vitest";
import { connectToDaytona } from "../src/daytona-api.ts";
import type { CreateSandboxInput, SandboxClientOptions, SandboxError } from "../src/index.ts";
import { createSandboxClient, isSandboxError } from "../src/index.ts";

/** Transitions have ended by the first poll. */
const NO_DELAYS = { create: 0, start: 0, stop: 0, archive: 0, destroy: 0 };

/** Repeats a check until it holds: at once as a rule, later on a busy machine. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(check, { timeout: 20_000, interval: 10 });
}

/** A Daytona emulator for this test. */
export async function aDaytona(
  options: Partial<DaytonaEmulatorOptions> = {},
): Promise<DaytonaEmulator> {
  const { daytona, end } = await start(options);
  onTestFinished(end);
  return daytona;
}

/** A Daytona emulator for all the tests of a file, which ends it in `afterAll`. */
export async function sharedDaytona(): Promise<{
  daytona: DaytonaEmulator;
  end: () => Promise<void>;
}> {
  return await start({ delaysMs: { archive: 500, destroy: 500 } });
}

async function start(options: Partial<DaytonaEmulatorOptions>) {
  const dataDir = mkdtempSync(join(tmpdir(), "sandbox-"));
  const delaysMs = { ...NO_DELAYS, ...options.delaysMs };
  const daytona = await startDaytonaEmulator({ dataDir, ...options, delaysMs });
  const end = async () => {
    await daytona.close();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  return { daytona, end };
}

/** A client that waits between attempts only as long as Daytona asks for. */
export function aClient(
  daytona: { url: string; apiKey: string },
  options: Partial<SandboxClientOptions> = {},
) {
  const { url: apiUrl, apiKey } = daytona;
  return createSandboxClient({ apiKey, apiUrl, timeoutMs: 10_000, random: () => 0, ...options });
}

/** A Daytona emulator, and a client of it. */
export async function setUp(
  options: Partial<DaytonaEmulatorOptions> = {},
  clientOptions: Partial<SandboxClientOptions> = {},
) {
  const daytona = await aDaytona(options);
  return { daytona, client: aClient(daytona, clientOptions) };
}

/** The output of a command that runs in a sandbox to its end. */
export async function run(
  { url: apiUrl, apiKey }: { url: string; apiKey: string },
  id: string,
  command: string,
): Promise<string> {
  const api = connectToDaytona({ apiKey, apiUrl, requestTimeoutMs: 10_000 });
  const { output } = await api.execute(id, { command, env: {}, timeoutSeconds: 10 });
  return output;
}

/** A valid input of `create`. */
export function anInput(fields: Partial<CreateSandboxInput> = {}): CreateSandboxInput {
  return {
    name: "quaver-p1",
    labels: { app: "quaver", projectId: "p1" },
    autoStopMinutes: 15,
    autoArchiveMinutes: 60,
    ...fields,
  };
}

/** The error of an operation that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<SandboxError> {
  const outcome = await work.catch((error: unknown) => error);
  if (isSandboxError(outcome)) return outcome;
  throw new Error(`expected a SandboxError, got ${String(outcome)}`);
}

/** How many calls Daytona has received with this method, and a path that matches. */
export function callsTo(daytona: DaytonaEmulator, method: string, pattern: RegExp): number {
  return daytona.faults.calls().filter((call) => call.method === method && pattern.test(call.path))
    .length;
}

export type { FaultRule };
