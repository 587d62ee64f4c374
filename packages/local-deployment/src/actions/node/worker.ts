/**
 * What a Node process runs: actions marked "use node", one at a time, as production's executor does
 * (npm-packages/node-executor/src/executor.ts in get-convex/convex-backend). It is bundled, since Node 20 does not
 * read TypeScript.
 */
import { NODE_LOG_LIMITS } from "../../limits/functions.ts";
import { Worker } from "node:worker_threads";
import { LogSink } from "../../runtime/console.ts";
import { unsupportedSyscall } from "../../runtime/unsupported_syscalls.ts";
import { egressFetch } from "../egress.ts";
import { currentAction } from "../frame.ts";
import type { FromRunner, Thrown, ToRunner } from "../protocol.ts";
import { SyscallClient } from "../syscall_client.ts";
import { analyzeNodeExports } from "./analyze.ts";
import { installConsole, type Logger } from "./console.ts";
import { executeAction } from "./execute.ts";
import { describeThrown } from "./thrown.ts";

/** How often it is checked that the parent process is running, in milliseconds. */
const PARENT_CHECK_MS = 500;

/** The running action, if there is one. */
let running: number | null = null;
/** Takes what modules log while they are analysed. */
let analysis: Logger | undefined;
/** Set when the process is ending: nothing more is sent. */
let exiting = false;

const toParent = process.send?.bind(process);
if (toParent === undefined) throw new Error("This is started by the local deployment.");
// The channel belongs to the deployment and is hidden from functions, as in production.
delete process.send;

const send = (message: FromRunner) => {
  if (!exiting) toParent(message);
};
const syscalls = new SyscallClient(send);

/** Ends the process with the action that runs, after it has sent what the action failed with. */
function exit(name: string, reason: unknown): void {
  if (exiting) return;
  const thrown: Thrown = { ...describeThrown(reason), name };
  const id = running ?? 0;
  exiting = true;
  toParent?.({ kind: "thrown", id, thrown, exiting: true } satisfies FromRunner, () => {
    process.reallyExit(1);
  });
}

process.on("unhandledRejection", (reason) => {
  exit("unhandledRejection", reason);
});
process.on("uncaughtException", (error) => {
  exit("uncaughtException", error);
});
process.exit = (code) => {
  const how = code == null ? "with no exit code" : `with exit code ${code}`;
  exit("process.exit", new Error(`process.exit() called ${how}`));
  throw new Error("process.exit() was called");
};
process.on("disconnect", () => process.reallyExit(0));
endWithParent(Number(process.argv.pop())); // functions see no arguments

Object.assign(globalThis, {
  Convex: {
    syscall: (op: string) => {
      throw unsupportedSyscall(op, "operation");
    },
    asyncSyscall: async (op: string, args: string) => {
      const frame = currentAction.getStore();
      if (frame === undefined) throw new Error("Cannot invoke syscall during module imports");
      return await syscalls.call(frame, op, args);
    },
    jsSyscall: (op: string) => {
      throw unsupportedSyscall(op, "operation");
    },
  },
});
installConsole(() => currentAction.getStore() ?? analysis);

function loggerOfAnalysis(): Logger {
  const sink = new LogSink((line) => {
    send({ kind: "log", id: 0, line });
  }, NODE_LOG_LIMITS);
  return {
    log: (level, messages) => {
      sink.write(level, messages, Date.now());
    },
  };
}

process.on("message", (message: ToRunner) => {
  switch (message.kind) {
    case "start":
      if (Object.keys(message.egress).length > 0)
        Object.assign(globalThis, { fetch: egressFetch(message.egress, fetch) });
      break;
    case "ping":
      send({ kind: "pong" });
      break;
    case "run":
      running = message.task.id;
      void executeAction(message.task, send, syscalls).then((end) => {
        running = null;
        send(end);
      });
      break;
    case "analyze":
      analysis = loggerOfAnalysis();
      void analyzeNodeExports(message.task).then((outcome) => {
        send({ kind: "analyzed", outcome });
      });
      break;
    case "syscallResult":
      syscalls.succeed(message.id, message.value);
      break;
    case "syscallFailure":
      syscalls.fail(message.id, message.failure);
      break;
    case "modules":
    case "pull":
    case "clientGone":
    case "requestChunk":
    case "requestEnd":
      // Node reads modules from their folder, and has no HTTP actions.
      break;
  }
});

/**
 * Ends this process when the deployment that started it has ended, even by `kill -9`. Another thread checks it, since
 * a function that computes without end blocks the main thread.
 *
 * @param parent The deployment's process id; it may be gone before this process has begun.
 */
function endWithParent(parent: number): void {
  const watch = `
    setInterval(() => {
      if (process.ppid !== ${parent}) process.kill(process.pid, "SIGKILL");
    }, ${PARENT_CHECK_MS});`;
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };
  new Worker(watch, { eval: true, env: {}, resourceLimits }).unref();
}
