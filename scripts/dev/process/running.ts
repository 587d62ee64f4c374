import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** How long a deployment on this machine may take to answer. */
const ANSWERS_WITHIN_MS = 1_000;

const runningSchema = z.object({
  /** Of the process to signal. */
  pid: z.number().int().positive(),
  /** What a person opens: the example, or else the deployment. */
  openUrl: z.url(),
  /** The deployment's address. */
  url: z.url(),
});

/** A `bun run dev` that uses a data folder. */
export type Running = z.infer<typeof runningSchema>;

/** Says in the data folder who uses it. Only whoever holds the deployment's lock may. */
export function announceRunning(dataDir: string, running: Running): void {
  writeFileSync(`${fileIn(dataDir)}.new`, `${JSON.stringify(running)}\n`, { mode: 0o600 });
  renameSync(`${fileIn(dataDir)}.new`, fileIn(dataDir));
}

/** Takes that back. After a `kill -9` it stays there, and nothing answers. */
export function withdrawRunning(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/** Who uses the data folder and answers, or null. */
export async function findRunning(dataDir: string): Promise<Running | null> {
  const running = readRunning(dataDir);
  // Both: the port may be another clone's by now, and so may the pid be another program's.
  if (running === null || !isAlive(running.pid)) return null;
  try {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    const { ok } = await fetch(new URL("/version", running.url), { signal });
    return ok ? running : null;
  } catch {
    return null; // it is gone, or just ending
  }
}

function readRunning(dataDir: string): Running | null {
  try {
    return runningSchema.parse(JSON.parse(readFileSync(fileIn(dataDir), "utf8")));
  } catch {
    return null; // nobody said so, or not in these words
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch {
    return false;
  }
}

function fileIn(dataDir: string): string {
  return join(dataDir, "running.json");
}
