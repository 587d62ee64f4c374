import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Command, SessionCommandLogsResponse } from "@daytona/toolbox-api-client";
import { daemonRefusal } from "./errors.ts";
import type { ProcessGroup } from "./process-group.ts";
import { SHELL, startGroup } from "./process-group.ts";

/** A long-lived shell that runs commands one after the other, keeping its folder and variables. */
export interface Session {
  id: string;
  commands(): Command[];
  /** Hands the shell a command; it runs once those before it have ended. */
  execute(command: string): { id: string; done: Promise<void> };
  /** @throws DaytonaRefusal 404 if there is no such command. */
  command(commandId: string): Command;
  /** What the command has written so far. @throws DaytonaRefusal 404. */
  logs(commandId: string): SessionCommandLogsResponse;
  kill(force: boolean): void;
}

/** How much of a command's output is shown: its last part. A Daytona stand-in runs long agents. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

interface Entry {
  command: Command;
  folder: string;
  finish: () => void;
}

/** Starts a session whose texts and logs go to `folder`. */
export function startSession(options: {
  id: string;
  folder: string;
  cwd: string;
  env: Record<string, string>;
}): Session {
  const group = startGroup({ argv: [SHELL], cwd: options.cwd, env: options.env, stdin: true });
  const entries = new Map<string, Entry>();
  let ended = false;

  const finish = (entry: Entry | undefined, exitCode: number): void => {
    if (!entry || entry.command.exitCode !== undefined) return;
    entry.command = { ...entry.command, exitCode };
    entry.finish();
  };
  group.stdout.resume(); // commands write to their own files; the shell itself has nothing to say
  createInterface(group.report).on("line", (line) => {
    const [commandId = "", exitCode] = line.split(" ");
    finish(entries.get(commandId), Number(exitCode));
  });
  void group.exited.then((exitCode) => {
    ended = true; // a command's own `exit` ends the shell: that is its code, and the last one
    for (const entry of entries.values()) finish(entry, exitCode);
  });

  const entryOf = (commandId: string): Entry => {
    const entry = entries.get(commandId);
    if (!entry) throw daemonRefusal(404, "command not found", "PROCESS_NOT_FOUND");
    return entry;
  };

  return {
    id: options.id,
    commands: () => [...entries.values()].map(({ command }) => command),
    execute: (command) => {
      if (ended) throw daemonRefusal(410, "session has ended", "SESSION_ENDED");
      const id = randomUUID();
      const folder = join(options.folder, id);
      const done = new Promise<void>((resolve) => {
        entries.set(id, { command: { id, command }, folder, finish: resolve });
      });
      runInShell(group, id, folder, command);
      return { id, done };
    },
    command: (commandId) => entryOf(commandId).command,
    logs: (commandId) => {
      const { folder } = entryOf(commandId);
      const [stdout, stderr] = [readTail(join(folder, "stdout")), readTail(join(folder, "stderr"))];
      return { stdout, stderr, output: stdout + stderr };
    },
    kill: (force) => {
      ended = true;
      group.kill(force);
    },
  };
}

/** Sources the command, so that it can change the shell's folder and variables. */
function runInShell(group: ProcessGroup, id: string, folder: string, command: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "command"), command + "\n", { mode: 0o600 });
  const file = (name: string) => shellQuoted(join(folder, name));
  const redirects = `>${file("stdout")} 2>${file("stderr")} </dev/null 4>&-`;
  group.stdin?.write(`. ${file("command")} ${redirects}; printf '%s %s\\n' ${id} $? >&4\n`);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function readTail(file: string): string {
  if (!existsSync(file)) return "";
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const length = Math.min(size, MAX_LOG_BYTES);
    const buffer = Buffer.alloc(length);
    const read = readSync(descriptor, buffer, 0, length, size - length);
    return buffer.toString("utf8", 0, read);
  } finally {
    closeSync(descriptor);
  }
}
