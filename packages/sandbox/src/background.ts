import type { Budget } from "./budget.ts";
import { withRetries } from "./budget.ts";
import type { Means } from "./converge.ts";
import { SandboxError } from "./errors.ts";
import { END, ERROR_TAIL_BYTES, READ, RUN_SCRIPT, START, SUPERVISE } from "./session-scripts.ts";

/** A command to start in a session of its own. */
export interface StartCommandInput {
  /** The session's name: letters, digits and `-`. One command for each name, ever. */
  session: string;
  /** A line for bash, or `sh` where there is none. */
  command: string;
  /** Reaches the command's process, and nothing else. */
  env?: Record<string, string> | undefined;
}

/** Which command to look at, and which part of its output. */
export interface ReadCommandInput {
  session: string;
  commandId: string;
  /** In bytes of the standard output. */
  offset: number;
  /** The most bytes to read; 0 is only the exit code. */
  limit: number;
}

/** How far a command has come. */
export interface CommandProgress {
  /** Null while it, or something that it has left behind, runs. */
  exitCode: number | null;
  /** Its standard output from `offset` on; it may begin and end within a character. */
  output: Uint8Array;
  /** Whether there is more output than was read. */
  more: boolean;
  /** The last lines of its standard error, up to 2 KiB of them, once it has ended; else empty. */
  errors: string;
}

const START_TIMEOUT_SECONDS = 20; // it waits for the command to begin
const READ_TIMEOUT_SECONDS = 15;
const END_TIMEOUT_SECONDS = 20; // it waits for processes to end

/**
 * Starts a command in the background, once: a session that has begun was begun by an earlier try,
 * whose answer was lost. In one that was ended, nothing starts.
 */
export async function startCommand(
  means: Means,
  budget: Budget,
  id: string,
  { session, command, env = {} }: StartCommandInput,
): Promise<{ commandId: string }> {
  const values = Object.entries(env).map(
    ([name, value]) => [`QUAVER_SESSION_ENV_${name}`, value] as const,
  );
  const output = await runScript(means, budget, id, {
    script: START,
    session,
    env: {
      ...Object.fromEntries(values),
      QUAVER_SESSION_ENV: Object.keys(env).join(" "),
      QUAVER_SESSION_SUPERVISE: SUPERVISE,
      QUAVER_SESSION_COMMAND: command,
    },
    timeoutSeconds: START_TIMEOUT_SECONDS,
    isAnswer: /^quaver:started:\w+$/m,
  });
  return { commandId: field(output, "started") };
}

/** Looks at a command and its output; null without it, or when it was cut off. */
export async function readCommand(
  means: Means,
  budget: Budget,
  id: string,
  { session, commandId, offset, limit }: ReadCommandInput,
): Promise<CommandProgress | null> {
  const output = await runScript(means, budget, id, {
    script: READ,
    session,
    env: {
      QUAVER_SESSION_ID: commandId,
      QUAVER_SESSION_OFFSET: String(offset),
      QUAVER_SESSION_LIMIT: String(limit),
    },
    timeoutSeconds: READ_TIMEOUT_SECONDS,
    isAnswer: /^quaver:(none$|code:(running|\d+)\nquaver:size:\d+\n[^]*^quaver:end:$)/m,
  });
  if (/^quaver:none$/m.test(output)) return null;
  const code = field(output, "code");
  const read = bytes(output, "output");
  return {
    exitCode: code === "running" ? null : Number(code),
    output: read,
    more: limit > 0 && Number(field(output, "size")) > offset + read.length,
    errors: lastLines(bytes(output, "errors")),
  };
}

/** Ends a session with what runs in it; gone with its sandbox, or with its stop, counts as done. */
export async function endSession(
  means: Means,
  budget: Budget,
  id: string,
  session: string,
): Promise<void> {
  const ending = {
    script: END,
    session,
    env: {},
    timeoutSeconds: END_TIMEOUT_SECONDS,
    isAnswer: /^quaver:ended$/m,
  };
  try {
    await runScript(means, budget, id, ending);
  } catch (error) {
    const failure = means.door.toFailure(error, id);
    if (failure.code !== "NOT_FOUND" && failure.code !== "INVALID") throw failure;
  }
}

interface Script {
  script: string;
  session: string;
  env: Record<string, string>;
  timeoutSeconds: number;
  /** What the output of a script that came to its end looks like. */
  isAnswer: RegExp;
}

const TRY_AGAIN = 75; // EX_TEMPFAIL of sysexits.h: processes neither began nor ended in time

/** Runs a script, each of which may be run again, and answers its output. */
async function runScript(
  { door }: Means,
  budget: Budget,
  id: string,
  { script, session, env, timeoutSeconds, isAnswer }: Script,
): Promise<string> {
  const attempt = async () => {
    const shell = await door.shell(id);
    const { exitCode, output } = await shell({
      command: RUN_SCRIPT,
      env: { ...env, QUAVER_SESSION_NAME: session, QUAVER_SESSION_SCRIPT: script },
      timeoutSeconds,
    });
    if (exitCode === 0 && isAnswer.test(output)) return output;
    if (exitCode === 0) throw new SandboxError("UNEXPECTED_RESPONSE", "a script said nothing");
    const code = exitCode === TRY_AGAIN ? "UNAVAILABLE" : "SANDBOX_FAILED";
    throw new SandboxError(code, `the session's script ended with exit code ${exitCode}`);
  };
  const toFailure = (error: unknown) => {
    const failure = door.toFailure(error, id);
    if (failure.code !== "TIMEOUT") return failure;
    return new SandboxError("TIMEOUT", failure.message, { sandboxId: id }); // may be tried again
  };
  return await withRetries(budget, attempt, toFailure);
}

/** What follows a name in a script's output; the shell itself may have said something before. */
function field(output: string, name: string): string {
  return new RegExp(`^quaver:${name}:(.*)$`, "m").exec(output)?.[1] ?? "";
}

/** The base64 that follows a name; nothing without it. */
function bytes(output: string, name: string): Uint8Array {
  const [, text = ""] = new RegExp(`^quaver:${name}:\n([^:]*?)^quaver:`, "m").exec(output) ?? [];
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** Text that may begin anywhere: without the line whose beginning is not there. */
function lastLines(tail: Uint8Array): string {
  const text = new TextDecoder().decode(tail);
  return tail.length < ERROR_TAIL_BYTES ? text : text.slice(text.indexOf("\n") + 1);
}
