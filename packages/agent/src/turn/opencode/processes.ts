import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { RUN_VARIABLE } from "./configuration.ts";

const KILL_AFTER_MS = 500; // from SIGTERM to SIGKILL

/**
 * Ends the processes that a run of opencode has left behind, a server in the background for instance. They are known by
 * a variable that they have inherited. Without `/proc`, nothing is ended here.
 */
export async function endProcessesOf(run: string): Promise<void> {
  if (signalAll(run, "SIGTERM") === 0) return;
  await sleep(KILL_AFTER_MS);
  signalAll(run, "SIGKILL");
}

function signalAll(run: string, signal: NodeJS.Signals): number {
  const found = processesOf(run);
  for (const pid of found) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found.length;
}

function processesOf(run: string): number[] {
  const marker = `${RUN_VARIABLE}=${run}`;
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(marker))
      .map(Number);
  } catch {
    return [];
  }
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return []; // it has ended, or belongs to another user
  }
}
