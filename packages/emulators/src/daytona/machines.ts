import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecuteResponse } from "@daytona/toolbox-api-client";
import { daemonRefusal } from "./errors.ts";
import { answers, findOwnPort, USUAL_PORT } from "./own-port.ts";
import type { GroupOptions, ProcessGroup } from "./process-group.ts";
import { SHELL, startGroup } from "./process-group.ts";
import type { SandboxRow } from "./rows.ts";
import type { StrayGuard } from "./strays.ts";
import { guardStrays } from "./strays.ts";
import { openWorkspace, removeWorkspace, resolvePath, scrubbedEnv } from "./workspace.ts";

/** What runs in the sandboxes. */
export interface Machines {
  /** Runs the entrypoint, if there is one, until the sandbox is shut down. */
  boot(sandbox: SandboxRow): Promise<void>;
  /** Runs a command to its end. @throws DaytonaRefusal 408 when it takes too long. */
  execute(sandbox: SandboxRow, request: ExecuteInput): Promise<ExecuteResponse>;
  /** The port of this machine on which what listens on a sandbox's port is found. */
  localPort(sandbox: SandboxRow, port: number): Promise<number>;
  /** Ends the sandbox's processes, first asking; of a destroyed one, deletes the folder too. */
  shutDown(sandboxId: string, destroyed: boolean): void;
  /** Ends everything at once. */
  close(): void;
}

/** A command to execute; `timeoutSeconds` 0 is none. */
export interface ExecuteInput {
  command: string;
  cwd?: string | undefined;
  envs?: Record<string, string> | undefined;
  timeoutSeconds: number;
}

interface Machine {
  /** One for each start of a sandbox. */
  id: string;
  strays: StrayGuard;
  groups: Set<{ kill(force: boolean): void }>;
  /** See `own-port.ts`. */
  port: Promise<number>;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024; // more would only fill the caller's memory
const TERM_GRACE_MS = 2_000; // between asking a process to end and ending it

/** Makes the machines whose folders are in `dataDir`; each runs the line `entrypoint` while it is up. */
export function makeMachines(dataDir: string, entrypoint?: string): Machines {
  const machines = new Map<string, Machine>();
  const ending = new Set<Machine>(); // asked to, and not forced to yet
  const endMachine = (machine: Machine): void => {
    ending.delete(machine);
    for (const group of machine.groups) group.kill(true);
    machine.strays.close();
  };
  const machineOf = (sandboxId: string): Machine => {
    const known = machines.get(sandboxId);
    if (known) return known;
    const id = randomUUID();
    const machine: Machine = {
      id,
      strays: guardStrays(id),
      groups: new Set(),
      port: findOwnPort(),
    };
    machine.port.catch(() => undefined); // whoever asks for it is told
    machines.set(sandboxId, machine);
    return machine;
  };
  /** The sandbox's machine once its port is known. @throws DaytonaRefusal 400 if it was shut down meanwhile. */
  const ready = async (sandbox: SandboxRow) => {
    const machine = machineOf(sandbox.id);
    const port = await machine.port;
    if (machines.get(sandbox.id) !== machine) throw daemonRefusal(400, "Sandbox is not started");
    return { machine, place: { id: machine.id, port } };
  };

  const start = (machine: Machine, options: GroupOptions): ProcessGroup => {
    const group = startGroup(options);
    machine.groups.add(group);
    void group.empty.then((empty) => empty && machine.groups.delete(group));
    return group;
  };

  return {
    boot: async (sandbox) => {
      if (entrypoint === undefined) return;
      const { machine, place } = await ready(sandbox);
      const home = openWorkspace(dataDir, sandbox.id);
      const env = scrubbedEnv(sandbox, home, place);
      const argv = [SHELL, "-c", entrypoint];
      const group = start(machine, { argv, cwd: home, env, stdin: false });
      group.stdout.resume(); // nobody reads what it says
    },
    execute: async (sandbox, { command, cwd = ".", envs, timeoutSeconds }) => {
      const { machine, place } = await ready(sandbox);
      const home = openWorkspace(dataDir, sandbox.id);
      const folder = existingFolder(home, cwd);
      const env = scrubbedEnv(sandbox, home, place, envs);
      // The daemon pipes it into the shell: what reads standard input reads the rest of the command.
      const group = start(machine, { argv: [SHELL], cwd: folder, env, stdin: true });
      group.stdin?.end(command);
      return await result(group, timeoutSeconds);
    },
    localPort: async (sandbox, port) => {
      if (port !== USUAL_PORT) return port;
      const own = await machineOf(sandbox.id).port;
      return (await answers(own)) ? own : port; // not every program asks for `PORT`
    },
    shutDown: (sandboxId, destroyed) => {
      const machine = machines.get(sandboxId);
      machines.delete(sandboxId);
      if (destroyed) void removeWorkspace(dataDir, sandboxId);
      if (!machine) return;
      if (destroyed) {
        endMachine(machine);
        return;
      }
      for (const group of machine.groups) group.kill(false);
      machine.strays.signal("SIGTERM");
      ending.add(machine);
      setTimeout(() => endMachine(machine), TERM_GRACE_MS).unref();
    },
    close: () => {
      for (const machine of [...machines.values(), ...ending]) endMachine(machine);
      machines.clear();
    },
  };
}

function existingFolder(home: string, cwd: string): string {
  const folder = resolvePath(home, cwd);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw daemonRefusal(400, `${cwd} is not a folder`);
}

async function result(group: ProcessGroup, timeoutSeconds: number): Promise<ExecuteResponse> {
  const output = collect(group);
  const timer = new AbortController();
  const timeout =
    timeoutSeconds > 0
      ? sleep(timeoutSeconds * 1000, "timeout" as const, { signal: timer.signal, ref: false })
      : new Promise<never>(() => undefined);
  // Its abort, once the command has ended, is the only way it fails.
  void timeout.catch(() => undefined);
  // The daemon waits for the end of the output, too, which a background process may hold open.
  const ended = output.whole.then(() => group.exited);
  const ending = await Promise.race([ended, timeout]);
  timer.abort();
  if (ending === "timeout") {
    group.kill(true);
    const message = `command timed out after ${timeoutSeconds} s`;
    throw daemonRefusal(408, message, "PROCESS_EXECUTION_TIMEOUT");
  }
  return { exitCode: ending, result: output.text() };
}

function collect(group: ProcessGroup): { whole: Promise<void>; text: () => string } {
  const chunks: Buffer[] = [];
  let size = 0;
  group.stdout.on("data", (chunk: Buffer) => {
    if (size < MAX_OUTPUT_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  const whole = new Promise<void>((resolve) => group.stdout.once("close", resolve));
  return { whole, text: () => Buffer.concat(chunks).toString("utf8", 0, MAX_OUTPUT_BYTES) };
}
