import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";

/** How to start a process in a process group of its own. */
export interface GroupOptions {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  /** Whether its standard input can be written to. */
  stdin: boolean;
}

/** A process and its descendants, which end together. */
export interface ProcessGroup {
  stdin: Writable | null;
  stdout: Readable;
  /** The exit code of the first process, once it has ended; after a signal, 128 and the signal's number. */
  exited: Promise<number>;
  /** Whether no other process was left when the first one ended. */
  empty: Promise<boolean>;
  /** Sends the group SIGTERM, or with `force` SIGKILL. */
  kill(force: boolean): void;
}

/** Bash, as in Daytona's sandboxes, or the system's shell if there is no bash. */
export const SHELL = ["/bin/bash", "/usr/bin/bash"].find((path) => existsSync(path)) ?? "/bin/sh";

/**
 * Each group contains a guard. If this process is killed, which closes descriptor 3, the guard kills the group. As long
 * as it lives, the group's id can't be reused for other processes. It ends when it reads a line.
 */
const GUARD = `{ trap "" TERM; read -r _ <&3 || kill -KILL 0; } >/dev/null 2>&1 & exec 3<&-; exec "$@" 2>&1`;

/** Starts a process in a new group. Its standard error goes to its standard output. */
export function startGroup({ argv, cwd, env, stdin }: GroupOptions): ProcessGroup {
  const child = spawn("/bin/sh", ["-c", GUARD, "sh", ...argv], {
    cwd,
    env,
    detached: true,
    stdio: [stdin ? "pipe" : "ignore", "pipe", "ignore", "pipe"],
  });
  const { stdout } = child;
  if (!stdout) throw new Error("the process has no standard output"); // stdio asks for a pipe
  const guard = child.stdio[3] as Writable; // a pipe, by the stdio option above
  // A pipe breaks when the process at its other end is killed, which `exit` reports.
  for (const pipe of [child.stdin, guard]) pipe?.on("error", () => undefined);
  const exited = new Promise<number>((resolve) => {
    child.once("error", () => resolve(126)); // a shell's exit code for a command that can't be started
    child.once("exit", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
  let over = false; // from then on, the group's id may be reused
  const empty = exited.then(() => {
    if (child.pid !== undefined && hasSurvivors(child.pid)) return false;
    over = true;
    guard.end("done\n");
    return true;
  });
  return {
    stdin: child.stdin,
    stdout,
    exited,
    empty,
    kill: (force) => {
      if (over) return;
      over = force;
      signalGroup(child, force ? "SIGKILL" : "SIGTERM");
    },
  };
}

function signalGroup(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

/** Whether the group has processes beside its guard; true if the system doesn't tell. */
function hasSurvivors(groupId: number): boolean {
  if (!existsSync("/proc/self/stat")) return true;
  let members = 0;
  for (const entry of readdirSync("/proc")) {
    if (/^\d+$/.test(entry) && groupOf(entry) === groupId) members += 1;
  }
  return members > 1;
}

/** The group of a running process, from `/proc/PID/stat`: see proc(5). */
function groupOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : Number(group);
  } catch {
    return undefined; // ended meanwhile
  }
}
