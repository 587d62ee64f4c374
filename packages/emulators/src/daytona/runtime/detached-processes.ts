/**
 * Processes of a sandbox that have left their process group (`setsid`). A container ends them when it stops. Here they
 * are found by an environment variable that all processes of a sandbox inherit.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The variable with the id of the run of a sandbox: from its start to its stop. */
export const RUN_VARIABLE = "DAYTONA_EMULATOR_RUN";

/** Finds and ends the processes of one run of a sandbox. */
export interface DetachedProcesses {
  signal(signal: "SIGKILL" | "SIGTERM"): void;
  /** Kills all of them, and ends the guard. */
  close(): void;
}

/**
 * A process that lives as long as this one. If this one is killed, it kills the processes with the variable: several
 * times, because they may start others meanwhile.
 */
const GUARD = `
trap "" TERM INT HUP
read -r _ && exit
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=$(grep -lsF "$1" /proc/[0-9]*/environ | sed 's/[^0-9]//g')
  [ -n "$found" ] || exit
  kill -KILL $found
done`;

/** Watches the processes that have `runId` in `RUN_VARIABLE`. */
export function watchDetachedProcesses(runId: string): DetachedProcesses {
  const marker = `${RUN_VARIABLE}=${runId}`;
  const guard = spawn("/bin/sh", ["-c", GUARD, "sh", marker], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined); // the guard may have been killed
  guard.unref();
  const signal: DetachedProcesses["signal"] = (name) => {
    for (const pid of processesWith(marker)) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  return {
    signal,
    close: () => {
      signal("SIGKILL");
      guard.stdin.end("done\n");
    },
  };
}

function processesWith(marker: string): number[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && environmentOf(entry).includes(marker))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return ""; // it has ended meanwhile, or belongs to another user
  }
}
