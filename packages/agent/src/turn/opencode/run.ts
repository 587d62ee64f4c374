import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import type { Environment } from "../settings.ts";
import { readEvent, type OpencodeEvent } from "./events.ts";

/** How to run opencode. */
export interface RunOptions {
  /** Its program. */
  program: string;
  app: string;
  env: Environment;
  /** Also of a conversation that was begun with another. */
  model: string;
  /** Written to its standard input, so that no word of it is taken for a flag, and it may be as long as it likes. */
  prompt: string;
  /** The conversation to go on with. */
  sessionId?: string | undefined;
  /** Takes the next event, and says whether opencode works, is through, or is to be stopped. */
  onEvent: (event: OpencodeEvent) => "working" | "idle" | "stop";
  /** Ends it from outside. */
  signal: AbortSignal;
}

/** How opencode ended. */
export interface RunEnd {
  /** Its exit code; after a signal, 128 and more. */
  exitCode: number;
  /** The last lines of its standard error, as plain text. */
  stderr: string;
}

const EXIT_AFTER_IDLE_MS = 10_000; // it exits by itself, once it is through
const KILL_AFTER_MS = 2_000; // from SIGTERM to SIGKILL
const MAX_STDERR = 8_192; // characters
const EXIT_CANNOT_RUN = 126; // as a shell says it
const OUTPUT_AFTER_EXIT_MS = 1_000;

/** Runs opencode for one prompt, in a process group of its own, to its end. Does not throw for what it does. */
export async function runOpencode(options: RunOptions): Promise<RunEnd> {
  const { program, app, env, model, prompt, sessionId, onEvent, signal } = options;
  // With a title, the model isn't asked for one.
  const conversation = sessionId === undefined ? ["--title", "App"] : ["--session", sessionId];
  const child = spawn(program, ["run", "--format", "json", "--model", model, ...conversation], {
    cwd: app,
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const timers: NodeJS.Timeout[] = [];
  const stop = () => {
    signalGroup(child, "SIGTERM");
    timers.push(setTimeout(() => signalGroup(child, "SIGKILL"), KILL_AFTER_MS));
  };
  signal.addEventListener("abort", stop);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  });
  child.stdin.on("error", () => undefined); // it may end without reading
  child.stdin.end(prompt);
  let stopped = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = stopped ? undefined : readEvent(line);
    const verdict = event && onEvent(event);
    if (verdict === "idle") timers.push(setTimeout(stop, EXIT_AFTER_IDLE_MS));
    if (verdict !== "stop") return;
    stopped = true;
    stop();
  });
  try {
    const exitCode = await exitOf(child);
    return { exitCode, stderr: stripVTControlCharacters(stderr).trim() };
  } finally {
    signal.removeEventListener("abort", stop);
    timers.forEach(clearTimeout);
  }
}

/** Resolves once opencode has ended and its output was read, which a process that it left behind may keep open. */
function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(EXIT_CANNOT_RUN));
    child.once("exit", (code, signal) => {
      const exitCode = code ?? 128 + constants.signals[signal ?? "SIGKILL"];
      const late = setTimeout(() => resolve(exitCode), OUTPUT_AFTER_EXIT_MS);
      child.once("close", () => {
        clearTimeout(late);
        resolve(exitCode);
      });
    });
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
