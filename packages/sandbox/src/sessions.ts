import type { Daytona } from "@daytonaio/sdk";
import { SandboxError } from "./errors.ts";
import {
  acceptedSchema,
  commandSchema,
  logsSchema,
  sessionSchema,
  statusSchema,
} from "./sandbox.ts";

/** The sessions of a sandbox that has started, one attempt a call; see `openSessions`. */
export interface Sessions {
  /** The ids of the commands that the session was given, oldest first; null without such a session. */
  commands(session: string): Promise<string[] | null>;
  create(session: string): Promise<void>;
  /** Hands a command to the session, and doesn't wait for its end. @returns its id */
  execute(session: string, command: string): Promise<string>;
  /** The command's exit code, null while it runs; undefined if there is no such command. */
  exitCode(session: string, commandId: string): Promise<number | null | undefined>;
  /** All that the command has written to its standard output. */
  output(session: string, commandId: string): Promise<string>;
  /** Ends the session and what runs in it. None by this name counts as done. */
  end(session: string): Promise<void>;
  /** Runs a short command beside the sessions, to its end. @returns its exit code */
  run(command: string, env: Record<string, string>, timeoutSeconds: number): Promise<number>;
}

type Guard = <Result>(call: () => Promise<Result>) => Promise<Result>;

/**
 * Looks a sandbox up, to work with its sessions.
 *
 * @param guarded makes a `SandboxError` of whatever a call throws.
 * @throws SandboxError `NOT_FOUND` without such a sandbox, `INVALID` when it hasn't started.
 */
export async function openSessions(
  daytona: Daytona,
  id: string,
  guarded: Guard,
): Promise<Sessions> {
  const sandbox = await guarded(() => daytona.get(id));
  const { process, state } = sandbox;
  if (sandbox.id !== id) {
    throw new SandboxError("UNEXPECTED_RESPONSE", "the answer is about another sandbox");
  }
  if (state !== "started") {
    throw new SandboxError("INVALID", `the sandbox is ${state ?? "in no known state"}`);
  }
  const unlessMissing = <Result, Missing>(missing: Missing, call: () => Promise<Result>) =>
    guarded(call).catch((error: unknown) => {
      if (error instanceof SandboxError && error.code === "NOT_FOUND") return missing;
      throw error;
    });
  return {
    commands: (session) =>
      unlessMissing(null, async () => {
        const { commands } = sessionSchema.parse(await process.getSession(session));
        return commands?.map((command) => command.id) ?? [];
      }),
    create: (session) => guarded(() => process.createSession(session)),
    execute: (session, command) =>
      guarded(async () => {
        const request = { command, runAsync: true };
        return acceptedSchema.parse(await process.executeSessionCommand(session, request)).cmdId;
      }),
    exitCode: (session, commandId) =>
      unlessMissing(undefined, async () => {
        const answer = await process.getSessionCommand(session, commandId);
        return statusSchema.parse(answer).exitCode ?? null;
      }),
    output: (session, commandId) =>
      guarded(async () => {
        return logsSchema.parse(await process.getSessionCommandLogs(session, commandId)).stdout;
      }),
    end: (session) => unlessMissing(undefined, () => process.deleteSession(session)),
    run: (command, env, timeoutSeconds) =>
      guarded(async () => {
        const none = undefined;
        const answer = await process.executeCommand(command, none, env, timeoutSeconds);
        return commandSchema.parse(answer).exitCode;
      }),
  };
}
