import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command, SessionCommandLogsResponse } from "@daytona/toolbox-api-client";
import { daemonRefusal } from "./errors.ts";
import { SHELL, startGroup } from "./process-group.ts";
import { demultiplexed, readExitCode, readLog, wrapped } from "./session-wrapper.ts";

/** A long-lived shell that runs commands one after the other, keeping its folder and variables. */
export interface Session {
  id: string;
  commands(): Command[];
  /** Hands the shell a command; it runs once those before it have ended. @returns its id */
  execute(command: string, isAsync: boolean): string;
  /** Waits for a command's end, which may never come. @throws DaytonaRefusal 400 when the session is ended. */
  ended(commandId: string): Promise<void>;
  /** @throws DaytonaRefusal 404 if there is no such command. */
  command(commandId: string): Command;
  /** What the command has written so far. @throws DaytonaRefusal 404. */
  logs(commandId: string): SessionCommandLogsResponse;
  kill(force: boolean): void;
}

const LOOK_EVERY_MS = 20; // for the exit code's file, which the daemon looks for as well

/** Starts a session whose texts and logs go to `folder`. */
export function startSession(options: {
  id: string;
  folder: string;
  cwd: string;
  env: Record<string, string>;
}): Session {
  const group = startGroup({ argv: [SHELL], cwd: options.cwd, env: options.env, stdin: true });
  const commands = new Map<string, Command>();
  let hasExited = false; // the shell, by a command's `exit` for one: nobody notices until the next
  let isKilled = false;
  group.stdout.resume(); // commands write to their own files; the shell itself has nothing to say
  group.report.resume();
  void group.exited.then(() => (hasExited = true));

  const folderOf = (commandId: string) => join(options.folder, commandId);

  const command: Session["command"] = (commandId) => {
    const known = commands.get(commandId);
    if (!known) throw daemonRefusal(404, "command not found", "PROCESS_NOT_FOUND");
    const exitCode = readExitCode(folderOf(commandId));
    return exitCode === undefined ? known : { ...known, exitCode };
  };

  return {
    id: options.id,
    command,
    commands: () => [...commands.keys()].map(command),
    execute: (text, isAsync) => {
      const id = randomUUID();
      const folder = folderOf(id);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, "cmd.sh"), text, { mode: 0o600 });
      commands.set(id, { id, command: text });
      if (hasExited || isKilled) {
        const what = "failed to execute command: failed to write command: write |1: broken pipe";
        throw daemonRefusal(400, what);
      }
      group.stdin?.write(wrapped(folder, isAsync));
      return id;
    },
    ended: async (commandId) => {
      while (command(commandId).exitCode === undefined) {
        if (isKilled) throw daemonRefusal(400, "failed to execute command: session cancelled");
        await sleep(LOOK_EVERY_MS);
      }
    },
    logs: (commandId) => {
      command(commandId);
      const log = readLog(folderOf(commandId));
      return { output: log.toString(), ...demultiplexed(log) };
    },
    kill: (force) => {
      isKilled = true;
      group.kill(force);
    },
  };
}
