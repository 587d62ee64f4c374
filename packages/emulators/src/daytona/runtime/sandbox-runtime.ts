import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecuteResponse } from "@daytona/toolbox-api-client";
import { daemonError } from "../errors.ts";
import { DEFAULT_APP_PORT, findAppPort, isListening } from "./app-port.ts";
import type { GroupOptions, ProcessGroup } from "./process-group.ts";
import { SHELL, startGroup } from "./process-group.ts";
import type { SandboxRow } from "../sandboxes/rows.ts";
import type { DetachedProcesses } from "./detached-processes.ts";
import { watchDetachedProcesses } from "./detached-processes.ts";
import { openWorkspace, removeWorkspace, resolvePath, sandboxEnv } from "./workspace.ts";

/** The processes of the sandboxes. */
export interface SandboxRuntime {
  /** Starts the entrypoint, if there is one. */
  start(sandbox: SandboxRow): Promise<void>;
  /** Runs a command to its end. @throws DaytonaError 408 if it takes too long. */
  execute(sandbox: SandboxRow, request: ExecuteInput): Promise<ExecuteResponse>;
  /** The port of this machine that a preview of a sandbox's port shows. */
  localPort(sandbox: SandboxRow, port: number): Promise<number>;
  /** Ends the sandbox's processes: with SIGTERM first, unless it is deleted. Then its folder is deleted, too. */
  stop(sandboxId: string, deleted: boolean): void;
  /** Kills all processes. */
  close(): void;
}

/** A command to execute. With `timeoutSeconds` 0, it has no timeout. */
export interface ExecuteInput {
  command: string;
  cwd?: string | undefined;
  envs?: Record<string, string> | undefined;
  timeoutSeconds: number;
}

/** A sandbox's processes between its start and its stop. */
interface Run {
  id: string;
  groups: Set<ProcessGroup>;
  detached: DetachedProcesses;
  /** The port that stands for port 3000 in this sandbox, and is its `PORT`. */
  port: Promise<number>;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024; // what a command prints beyond that is dropped
const KILL_AFTER_MS = 2_000; // from SIGTERM to SIGKILL

/**
 * Creates the runtime of the sandboxes whose folders are in `dataDir`.
 *
 * @param entrypoint a shell line that runs in each sandbox while it is started.
 */
export function createSandboxRuntime(dataDir: string, entrypoint?: string): SandboxRuntime {
  const runs = new Map<string, Run>(); // by the sandbox's id
  const stopping = new Set<Run>(); // between SIGTERM and SIGKILL
  const kill = (run: Run): void => {
    stopping.delete(run);
    for (const group of run.groups) group.kill(true);
    run.detached.close();
  };
  const runOf = (sandboxId: string): Run => {
    const known = runs.get(sandboxId);
    if (known) return known;
    const id = randomUUID();
    const port = findAppPort();
    port.catch(() => undefined); // those who await it handle the error
    const run = { id, groups: new Set<ProcessGroup>(), detached: watchDetachedProcesses(id), port };
    runs.set(sandboxId, run);
    return run;
  };
  /** Starts a process in a sandbox. @throws DaytonaError 400 if the sandbox was stopped meanwhile. */
  const startProcess = async (
    sandbox: SandboxRow,
    { argv, stdin, cwd = ".", envs }: Pick<GroupOptions, "argv" | "stdin"> & Partial<ExecuteInput>,
  ): Promise<ProcessGroup> => {
    const run = runOf(sandbox.id);
    const port = await run.port;
    if (runs.get(sandbox.id) !== run) throw daemonError(400, "Sandbox is not started");
    const home = openWorkspace(dataDir, sandbox.id);
    const env = sandboxEnv(sandbox, home, { runId: run.id, port }, envs);
    const group = startGroup({ argv, stdin, cwd: existingFolder(home, cwd), env });
    run.groups.add(group);
    void group.empty.then((empty) => empty && run.groups.delete(group));
    return group;
  };

  return {
    start: async (sandbox) => {
      if (entrypoint === undefined) return;
      const argv = [SHELL, "-c", entrypoint];
      const group = await startProcess(sandbox, { argv, stdin: false });
      group.stdout.resume(); // discards its output
    },
    execute: async (sandbox, { command, cwd, envs, timeoutSeconds }) => {
      // As Daytona's daemon does: so a command that reads its standard input reads the rest of its own text.
      const group = await startProcess(sandbox, { argv: [SHELL], stdin: true, cwd, envs });
      group.stdin?.end(command);
      return await resultOf(group, timeoutSeconds);
    },
    localPort: async (sandbox, port) => {
      if (port !== DEFAULT_APP_PORT) return port;
      const appPort = await runOf(sandbox.id).port;
      return (await isListening(appPort)) ? appPort : port; // not every program uses `PORT`
    },
    stop: (sandboxId, deleted) => {
      const run = runs.get(sandboxId);
      runs.delete(sandboxId);
      if (deleted) void removeWorkspace(dataDir, sandboxId);
      if (!run) return;
      if (deleted) {
        kill(run);
        return;
      }
      for (const group of run.groups) group.kill(false);
      run.detached.signal("SIGTERM");
      stopping.add(run);
      setTimeout(() => kill(run), KILL_AFTER_MS).unref();
    },
    close: () => {
      for (const run of [...runs.values(), ...stopping]) kill(run);
      runs.clear();
    },
  };
}

function existingFolder(home: string, cwd: string): string {
  const folder = resolvePath(home, cwd);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw daemonError(400, `${cwd} is not a folder`);
}

async function resultOf(group: ProcessGroup, timeoutSeconds: number): Promise<ExecuteResponse> {
  const output = collectOutput(group);
  const timer = new AbortController();
  const timeout =
    timeoutSeconds > 0
      ? sleep(timeoutSeconds * 1000, "timeout" as const, { signal: timer.signal, ref: false })
      : new Promise<never>(() => undefined);
  // It fails only when it is aborted, below.
  void timeout.catch(() => undefined);
  // Daytona's daemon also waits for the end of the output, which a background process may keep open.
  const exited = output.ended.then(() => group.exited);
  const exitCode = await Promise.race([exited, timeout]);
  timer.abort();
  if (exitCode === "timeout") {
    group.kill(true);
    const message = `command timed out after ${timeoutSeconds} s`;
    throw daemonError(408, message, "PROCESS_EXECUTION_TIMEOUT");
  }
  return { exitCode, result: output.text() };
}

function collectOutput(group: ProcessGroup): { ended: Promise<void>; text: () => string } {
  const chunks: Buffer[] = [];
  let size = 0;
  group.stdout.on("data", (chunk: Buffer) => {
    if (size < MAX_OUTPUT_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  const ended = new Promise<void>((resolve) => group.stdout.once("close", resolve));
  return { ended, text: () => Buffer.concat(chunks).toString("utf8", 0, MAX_OUTPUT_BYTES) };
}
