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

/**
 * Without the CLI's own type check: it takes longer than all the rest of a push, comes before it, and an error stops the
 * push. `type-check.ts` checks beside it.
 */
const UNCHECKED = ["--typecheck", "disable"];

const FIRST_PUSH = [...UNCHECKED, "--tail-logs", "disable"];

/**
 * Has the CLI say at once that a file was saved. Without it, it says so half a second later, when it begins to push. The
 * option isn't in its `--help`: the lockfile holds the version, and a test says when it is gone.
 */
const TELL_AT_ONCE = "--trace-events";

const showLines = (output: Readable) => passOn(output, process.stderr);

/**
 * The first push. A person reads of it only when it fails, and then it is tried again after every edit.
 * @param onFailure called before anything is said about that
 * @returns whether the functions are there now; false when it was stopped before
 * @throws CommandFailure `PUSH_FAILED`; the CLI has said why on stderr
 */
export async function pushFirst(
  dev: ConvexDev,
  onFailure: () => void = () => undefined,
): Promise<boolean> {
  let code = await run(dev, ["--once", ...FIRST_PUSH], (output) => output.resume());
  if (code !== 0 && code !== "stopped" && !dev.json) {
    onFailure();
    process.stderr.write("The functions were not pushed. Edit convex/, and they will be:\n\n");
    code = await run(dev, ["--until-success", TELL_AT_ONCE, ...FIRST_PUSH], showLines);
  }
  if (code === "stopped") return false;
  if (code === 0) return true;
  throw new CommandFailure("PUSH_FAILED", "The functions in convex/ could not be pushed.");
}

/** Where what `watch` says goes, and who is told when a push begins; a program is told nothing. */
interface Watcher {
  screen: NodeJS.WritableStream;
  onPush: () => void;
}

/**
 * Pushes after every edit and prints the functions' logs, until stopped.
 * @throws CommandFailure `CONVEX_DEV_ENDED` when the CLI ends by itself
 */
export async function watch(dev: ConvexDev, { screen, onPush }: Watcher): Promise<void> {
  const flags = dev.json ? UNCHECKED : [...UNCHECKED, TELL_AT_ONCE];
  const code = await run(dev, flags, (output) => passOn(output, screen, { cwd: dev.cwd, onPush }));
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
  child.stdout?.resume(); // what the CLI has for people is on stderr
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
