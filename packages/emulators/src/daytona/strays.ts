/**
 * Processes that have left every group they were started in, by a process session of their own. A container would
 * take them along when it stops; here they are told by a variable that all of a sandbox's processes inherit.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The variable that tells which start of a sandbox a process belongs to. */
export const MACHINE_VARIABLE = "DAYTONA_STAND_IN_MACHINE";

/** What ends the processes of one start of a sandbox. */
export interface StrayGuard {
  signal(signal: "SIGKILL" | "SIGTERM"): void;
  /** Once nothing may run any more: ends what does, and the guard. */
  close(): void;
}

/**
 * A process that lives as long as this one: if this one dies without a word, it ends what carries the marker, again
 * and again, as there may be new ones meanwhile.
 */
const GUARD = `
trap "" TERM INT HUP
read -r _ && exit
for round in 1 2 3 4 5 6 7 8 9 10; do
  found=$(grep -lsF "$1" /proc/[0-9]*/environ | sed 's/[^0-9]//g')
  [ -n "$found" ] || exit
  kill -KILL $found
done`;

/** Watches over the processes that have `machineId` in `MACHINE_VARIABLE`. */
export function guardStrays(machineId: string): StrayGuard {
  const marker = `${MACHINE_VARIABLE}=${machineId}`;
  const guard = spawn("/bin/sh", ["-c", GUARD, "sh", marker], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined); // it may have been killed
  guard.unref();
  const signal: StrayGuard["signal"] = (name) => {
    for (const pid of processesWith(marker)) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended by itself.
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
    return ""; // ended meanwhile, or another's
  }
}
