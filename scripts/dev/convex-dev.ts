import type { ChildProcess } from "node:child_process";
import { exitOf, spawnConvex, type Target } from "../lib/convex-cli.ts";
import { CommandFailure } from "../lib/failure.ts";

/** How long the CLI gets to clean up after Ctrl-C. */
const STOP_GRACE_MS = 3_000;

/** Printed by the CLI's `--start` command, which it runs once the first push has succeeded. */
const PUSHED = "quaver:first-push-done";

/** A file descriptor: the CLI's own words go where people read, never into a program's stdout. */
const STDERR = 2;

/** Pushes once. @throws CommandFailure `PUSH_FAILED`; the CLI has said why on stderr */
export async function pushOnce(target: Target, cwd: string): Promise<void> {
  const child = spawnConvex(target, ["dev", "--once", "--tail-logs", "disable"], {
    cwd,
    output: [STDERR, STDERR],
  });
  const code = await exitOf(child);
  if (code !== 0) {
    throw new CommandFailure("PUSH_FAILED", "The functions in convex/ could not be pushed.");
  }
}

/** `convex dev`, watching. */
export interface Watch {
  /** Resolves at the first successful push. Never rejects: after a failed one, the CLI waits for an edit. */
  pushed: Promise<void>;
  /** Resolves when the CLI has ended, however that came. */
  ended: Promise<number | null>;
  /** Ends it: politely, then for good. */
  stop(): Promise<void>;
}

/** Starts `convex dev`, which pushes `convex/` now and after every edit, and prints the functions' logs. */
export function watch(target: Target, cwd: string): Watch {
  const child = spawnConvex(target, ["dev", "--start", `echo ${PUSHED}`], {
    cwd,
    output: ["pipe", STDERR],
  });
  const ended = exitOf(child);
  const pushed = new Promise<void>((resolve) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes(PUSHED)) resolve();
    });
  });
  return { pushed, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  await ended.finally(() => clearTimeout(timer));
}
