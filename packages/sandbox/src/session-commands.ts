import type { OperationContext } from "./daytona-api.ts";
import { withRetries } from "./deadline.ts";
import { isSandboxError, SandboxError } from "./errors.ts";
import type { ReadCommandInput, StartCommandInput } from "./input-schemas.ts";
import {
  END_SCRIPT,
  ERROR_TAIL_BYTES,
  READ_SCRIPT,
  RUN_SCRIPT_COMMAND,
  START_SCRIPT,
  SUPERVISOR_SCRIPT,
} from "./session-scripts.ts";

/** How far a command has come. */
export interface CommandProgress {
  /** Null while the command, or a process that it left behind, runs. */
  exitCode: number | null;
  /** Its standard output from `offset` on; it may begin or end within a character. */
  output: Uint8Array;
  /** Whether there is more output than was read. */
  more: boolean;
  /** Once it has ended, or on request, the last lines of its standard error, up to 2 KiB; else empty. */
  errors: string;
}

const START_TIMEOUT_SECONDS = 20; // it waits for the command to begin
const READ_TIMEOUT_SECONDS = 15;
const END_TIMEOUT_SECONDS = 20; // it waits for processes to end

/**
 * Starts a command without waiting for its end. A session starts its command only once: if it has
 * started already, that command's id is returned, and in a session that was ended, nothing starts.
 */
export async function startCommand(
  ctx: OperationContext,
  id: string,
  { session, command, env = {} }: StartCommandInput,
): Promise<{ commandId: string }> {
  const values = Object.entries(env).map(
    ([name, value]) => [`QUAVER_SESSION_ENV_${name}`, value] as const,
  );
  const output = await runScript(ctx, id, {
    script: START_SCRIPT,
    session,
    env: {
      ...Object.fromEntries(values),
      QUAVER_SESSION_ENV: Object.keys(env).join(" "),
      QUAVER_SESSION_SUPERVISE: SUPERVISOR_SCRIPT,
      QUAVER_SESSION_COMMAND: command,
    },
    timeoutSeconds: START_TIMEOUT_SECONDS,
    isAnswer: /^quaver:started:\w+$/m,
  });
  return { commandId: field(output, "started") };
}

/** Reads a command's exit code and output; null if there is no such command, or it was interrupted. */
export async function readCommand(
  ctx: OperationContext,
  id: string,
  { session, commandId, offset, limit, withErrors = false }: ReadCommandInput,
): Promise<CommandProgress | null> {
  const output = await runScript(ctx, id, {
    script: READ_SCRIPT,
    session,
    env: {
      QUAVER_SESSION_ID: commandId,
      QUAVER_SESSION_OFFSET: String(offset),
      QUAVER_SESSION_LIMIT: String(limit),
      QUAVER_SESSION_WITH_ERRORS: withErrors ? "yes" : "",
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

/** Ends a session and what runs in it. A sandbox that is gone or stopped has no sessions: nothing to do. */
export async function endSession(
  ctx: OperationContext,
  id: string,
  session: string,
): Promise<void> {
  const ending = {
    script: END_SCRIPT,
    session,
    env: {},
    timeoutSeconds: END_TIMEOUT_SECONDS,
    isAnswer: /^quaver:ended$/m,
  };
  try {
    await runScript(ctx, id, ending);
  } catch (error) {
    const isGone = isSandboxError(error) && ["NOT_FOUND", "INVALID"].includes(error.code);
    if (!isGone) throw error;
  }
}

interface Script {
  script: string;
  session: string;
  env: Record<string, string>;
  timeoutSeconds: number;
  /** Matches the output of a script that ran to its end. */
  isAnswer: RegExp;
}

const EXIT_TRY_AGAIN = 75; // EX_TEMPFAIL of sysexits.h: processes neither began nor ended in time

/** Runs a script and returns its output. Every script is safe to repeat. */
async function runScript(
  { api, deadline }: OperationContext,
  id: string,
  { script, session, env, timeoutSeconds, isAnswer }: Script,
): Promise<string> {
  return await withRetries(deadline, async () => {
    const { exitCode, output } = await api.execute(id, {
      command: RUN_SCRIPT_COMMAND,
      env: { ...env, QUAVER_SESSION_NAME: session, QUAVER_SESSION_SCRIPT: script },
      timeoutSeconds,
    });
    if (exitCode === 0 && isAnswer.test(output)) return output;
    if (exitCode === 0) {
      throw new SandboxError("UNEXPECTED_RESPONSE", "the session's script gave no answer");
    }
    const code = exitCode === EXIT_TRY_AGAIN ? "UNAVAILABLE" : "SANDBOX_FAILED";
    throw new SandboxError(code, `the session's script ended with exit code ${exitCode}`);
  });
}

/** The value of a field in a script's output, which the shell may have preceded with lines of its own. */
function field(output: string, name: string): string {
  return new RegExp(`^quaver:${name}:(.*)$`, "m").exec(output)?.[1] ?? "";
}

/** The bytes of a field whose value is base64; empty without that field. */
function bytes(output: string, name: string): Uint8Array {
  const [, text = ""] = new RegExp(`^quaver:${name}:\n([^:]*?)^quaver:`, "m").exec(output) ?? [];
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** The text of the end of a file. Where its first line may be cut off, that line is left out. */
function lastLines(tail: Uint8Array): string {
  const text = new TextDecoder().decode(tail);
  return tail.length < ERROR_TAIL_BYTES ? text : text.slice(text.indexOf("\n") + 1);
}
