import { readFileSync } from "node:fs";

const CHECK_EVERY_MS = 500;

/** A command line of something that only runs a script for somebody: `bun run dev`, `npx --yes bun@1 run dev`. */
const RUNNER = /(^|\/)(bun(\.exe)?|npx|npm|node)( .*)? (run|npx|npm|exec) /;

/** A shell, which npm puts between itself and what it runs. */
const SHELL = /(^|\/)(sh|bash|dash) -c /;

/**
 * Calls `onGone` when whoever started us through `bun run` or `npx … run` has died without telling us, as they do by
 * `kill -9`: nobody would be left to press Ctrl-C, and the ports and the data folder would stay taken.
 * Started directly, this process is on its own and watches nobody. Needs /proc; elsewhere only the parent is watched.
 */
export function watchWrappers(onGone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const wrappers = findWrappers();
  const timer = setInterval(() => {
    if (process.ppid === wrappers[0]?.pid && wrappers.every(isAlive)) return;
    clearInterval(timer);
    onGone();
  }, CHECK_EVERY_MS);
  timer.unref();
}

interface Wrapper {
  pid: number;
  /** When it started, in clock ticks: tells it from a later process with the same number. */
  started: string | undefined;
}

/** Our parent, and the runners above it. A shell counts only between two of them: one at the top is a person's. */
function findWrappers(): Wrapper[] {
  const found: Wrapper[] = [wrapper(process.ppid)];
  let between: Wrapper[] = [];
  let pid = stat(process.ppid)?.parent;
  while (pid !== undefined && pid > 1) {
    const command = readProc(pid, "cmdline").replaceAll("\0", " ");
    if (!RUNNER.test(command) && !SHELL.test(command)) break;
    between.push(wrapper(pid));
    if (RUNNER.test(command) && !SHELL.test(command)) {
      found.push(...between);
      between = [];
    }
    pid = stat(pid)?.parent;
  }
  return found;
}

function wrapper(pid: number): Wrapper {
  return { pid, started: stat(pid)?.started };
}

function isAlive({ pid, started }: Wrapper): boolean {
  return stat(pid)?.started === started;
}

function stat(pid: number): { parent: number; started: string | undefined } | undefined {
  // The command's name, in parentheses, may hold anything: count the fields after its end.
  const fields = readProc(pid, "stat").split(") ").at(-1)?.split(" ");
  const [state, parent, started] = [fields?.[0], fields?.[1], fields?.[19]];
  // "Z" has died, and nobody has asked how.
  if (parent === undefined || state === "Z") return undefined;
  return { parent: Number(parent), started };
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // Gone, or no /proc here.
  }
}
