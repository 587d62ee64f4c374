import { readFileSync } from "node:fs";

const CHECK_EVERY_MS = 500;

/** The command line of a program that runs a package's script: `bun run dev`, `npx --yes bun@1 run dev`. */
const RUNNER = /(^|\/)(bun(\.exe)?|npx|npm|node)( .*)? (run|npx|npm|exec) /;

/** A shell, which npm puts between itself and what it runs. */
const SHELL = /(^|\/)(sh|bash|dash) -c /;

/**
 * Calls `onGone` when the `bun run` or `npx … run` that started this process was killed (`kill -9`), which sends no
 * signal here: without that, this process would keep its ports and the data folder. Does nothing if this process was
 * started directly. Without /proc, only the direct parent is watched.
 */
export function watchParents(onGone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parents = findParents();
  const timer = setInterval(() => {
    if (process.ppid === parents[0]?.pid && parents.every(isAlive)) return;
    clearInterval(timer);
    onGone();
  }, CHECK_EVERY_MS);
  timer.unref();
}

interface ParentProcess {
  pid: number;
  /** When it started, in clock ticks: tells it from a later process with the same number. */
  started: string | undefined;
}

/** The parent, and the runners above it. A shell counts only between two runners: the topmost one is the user's. */
function findParents(): ParentProcess[] {
  const found: ParentProcess[] = [parentProcess(process.ppid)];
  let between: ParentProcess[] = [];
  let pid = stat(process.ppid)?.parent;
  while (pid !== undefined && pid > 1) {
    const command = readProc(pid, "cmdline").replaceAll("\0", " ");
    if (!RUNNER.test(command) && !SHELL.test(command)) break;
    between.push(parentProcess(pid));
    if (RUNNER.test(command) && !SHELL.test(command)) {
      found.push(...between);
      between = [];
    }
    pid = stat(pid)?.parent;
  }
  return found;
}

function parentProcess(pid: number): ParentProcess {
  return { pid, started: stat(pid)?.started };
}

function isAlive({ pid, started }: ParentProcess): boolean {
  return stat(pid)?.started === started;
}

function stat(pid: number): { parent: number; started: string | undefined } | undefined {
  // The command's name, in parentheses, may hold anything: count the fields after its end.
  const fields = readProc(pid, "stat").split(") ").at(-1)?.split(" ");
  const [state, parent, started] = [fields?.[0], fields?.[1], fields?.[19]];
  // "Z" is a zombie: it has ended.
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
