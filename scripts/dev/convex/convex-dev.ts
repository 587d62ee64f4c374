import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { exitOf, spawnConvex, type Target } from "../../lib/convex-cli.ts";
import { CommandFailure } from "../../lib/failure.ts";
import { passOn } from "./cli-output.ts";

/** How long the CLI gets to clean up after Ctrl-C. */
const STOP_GRACE_MS = 3_000;

/** What the CLI exits with after Ctrl-C, which the terminal sends to it as well as to us. */
const INTERRUPTED = 130;

/** A file descriptor: the CLI's own words go where people read, never into a program's stdout. */
const STDERR = 2;

/** Where the official `convex dev` works, on what, and until when. */
export interface ConvexDev {
  target: Target;
  /** Where it runs; see `cli-folder.ts`. */
  cwd: string;
  /** Resolves when it is to end. */
  stop: Promise<void>;
  /** For a program: a refused push is an error. A person reads why, edits, and sees the next one succeed. */
  json: boolean;
}

/** What the first push is like. Without a type check, which takes longer than all the rest: functions run without. */
const FIRST_PUSH = ["--typecheck", "disable", "--tail-logs", "disable"];

const showLines = (output: Readable) => passOn(output, process.stderr);

/**
 * The first push. A person reads of it only when it fails, and then it is tried again after every edit.
 * @returns whether the functions are there now; false when it was stopped before
 * @throws CommandFailure `PUSH_FAILED`; the CLI has said why on stderr
 */
export async function pushFirst(dev: ConvexDev): Promise<boolean> {
  let code = await run(dev, ["--once", ...FIRST_PUSH], (output) => output.resume());
  if (code !== 0 && code !== "stopped" && !dev.json) {
    process.stderr.write("The functions were not pushed. Edit convex/, and they will be:\n\n");
    code = await run(dev, ["--until-success", ...FIRST_PUSH], showLines);
  }
  if (code === "stopped") return false;
  if (code === 0) return true;
  throw new CommandFailure("PUSH_FAILED", "The functions in convex/ could not be pushed.");
}

/**
 * Pushes after every edit and prints the functions' logs, until stopped.
 * @throws CommandFailure `CONVEX_DEV_ENDED` when the CLI ends by itself
 */
export async function watch(dev: ConvexDev): Promise<void> {
  const typecheck = ["--typecheck", dev.json ? "disable" : "try"];
  const code = await run(dev, typecheck, showLines);
  if (code === "stopped") return;
  const how = code === null ? "was killed" : `ended with exit code ${code}`;
  throw new CommandFailure("CONVEX_DEV_ENDED", `convex dev ${how}.`);
}

/**
 * Runs `convex dev` to its end.
 * @param forPeople takes what it says when a person reads it; a program gets all of it
 * @returns its exit code, null when a signal ended it
 */
async function run(
  { target, cwd, stop, json }: ConvexDev,
  flags: string[],
  forPeople: (output: Readable) => void,
): Promise<number | null | "stopped"> {
  const output: ["pipe" | number, "pipe" | number] = json ? [STDERR, STDERR] : ["pipe", "pipe"];
  const child = spawnConvex(target, ["dev", ...flags], { cwd, output });
  if (child.stderr) forPeople(child.stderr);
  child.stdout?.pipe(process.stderr, { end: false });
  const ended = exitOf(child);
  const code = await Promise.race([ended, stop]);
  if (code === undefined) await end(child, ended);
  return code === undefined || code === INTERRUPTED ? "stopped" : code;
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_GRACE_MS);
  await ended.finally(() => clearTimeout(timer));
}
