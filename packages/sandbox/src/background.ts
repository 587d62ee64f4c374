import type { Budget } from "./budget.ts";
import { withRetries } from "./budget.ts";
import type { Means } from "./converge.ts";
import { STORE_ENVIRONMENT, storing, withEnvironment } from "./environment.ts";
import { SandboxError } from "./errors.ts";
import type { Sessions } from "./sessions.ts";

/** A command to start in a session of its own. */
export interface StartCommandInput {
  /** The session's name: letters, digits and `-`. One command for each name, ever. */
  session: string;
  /** A line for the sandbox's shell. */
  command: string;
  /** Reaches the command's process, and is in nothing that Daytona tells of the session. */
  env?: Record<string, string> | undefined;
}

/** Which command to look at, and which part of its output. */
export interface ReadCommandInput {
  session: string;
  commandId: string;
  /** In UTF-16 units of the standard output. */
  offset: number;
  /** The most units to read; 0 is only the exit code. */
  limit: number;
}

/** How far a command has come. */
export interface CommandProgress {
  /** Null while it runs. */
  exitCode: number | null;
  /** Its standard output from `offset` on. */
  output: string;
  /** Whether there is more output than was read. */
  more: boolean;
}

const STORE_TIMEOUT_SECONDS = 15;

/**
 * Starts a command in the background, once: a session by this name that has a command already has
 * been started by an earlier try, whose answer was lost.
 */
export async function startCommand(
  { door }: Means,
  budget: Budget,
  id: string,
  { session, command, env = {} }: StartCommandInput,
): Promise<{ commandId: string }> {
  const attempt = async () => {
    const sessions = await door.sessions(id);
    const given = await sessions.commands(session);
    if (given?.[0] !== undefined) return { commandId: given[0] };
    if (given === null) await sessions.create(session);
    await store(sessions, session, env);
    return { commandId: await execute(sessions, session, withEnvironment(session, command)) };
  };
  return await withRetries(budget, attempt, (error) => door.toFailure(error, id));
}

/** Having been made, the session is there: if it isn't, it was not made, whatever Daytona said. */
async function execute(sessions: Sessions, session: string, command: string): Promise<string> {
  try {
    return await sessions.execute(session, command);
  } catch (error) {
    if (!(error instanceof SandboxError) || error.code !== "NOT_FOUND") throw error;
    throw new SandboxError("UNEXPECTED_RESPONSE", "the session that was made is not there");
  }
}

async function store(
  sessions: Sessions,
  session: string,
  env: Record<string, string>,
): Promise<void> {
  const exitCode = await sessions.run(
    STORE_ENVIRONMENT,
    storing(session, env),
    STORE_TIMEOUT_SECONDS,
  );
  if (exitCode === 0) return;
  const message = `the command's environment could not be stored (exit code ${exitCode})`;
  throw new SandboxError("SANDBOX_FAILED", message);
}

/** Looks at a command and its output; null without such a session or command. */
export async function readCommand(
  { door }: Means,
  budget: Budget,
  id: string,
  { session, commandId, offset, limit }: ReadCommandInput,
): Promise<CommandProgress | null> {
  const attempt = async () => {
    const sessions = await door.sessions(id);
    // In this order: the output of a command that has ended is whole.
    const exitCode = await sessions.exitCode(session, commandId);
    if (exitCode === undefined) return null;
    if (limit === 0) return { exitCode, output: "", more: false };
    const all = await sessions.output(session, commandId);
    const output = all.slice(offset, offset + limit);
    return { exitCode, output, more: all.length > offset + limit };
  };
  return await withRetries(budget, attempt, (error) => door.toFailure(error, id));
}

/** Ends a session with what runs in it; gone with its sandbox, or with its stop, counts as done. */
export async function endSession(
  { door }: Means,
  budget: Budget,
  id: string,
  session: string,
): Promise<void> {
  const attempt = async () => {
    const sessions = await door.sessions(id);
    await sessions.end(session);
  };
  try {
    await withRetries(budget, attempt, (error) => door.toFailure(error, id));
  } catch (error) {
    const failure = door.toFailure(error, id);
    if (failure.code !== "NOT_FOUND" && failure.code !== "INVALID") throw failure;
  }
}
