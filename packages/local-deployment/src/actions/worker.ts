/** A thread for isolate actions and HTTP actions: it runs one at a time. */
import { messageOf } from "../errors.ts";
import type { ActionModules } from "../engine/protocol.ts";
import { createConsole } from "../runtime/console.ts";
import { createScope, type ConvexGlobal } from "../runtime/globals.ts";
import { ModuleLoader } from "../runtime/loader.ts";
import { refusedOperation } from "../runtime/refused_operations.ts";
import { registerSourceMap } from "../runtime/stack.ts";
import { egressFetch, type Egress } from "./egress.ts";
import { ActionFrame, currentAction } from "./frame.ts";
import type { ActionTask, FromRunner, ToRunner } from "./protocol.ts";
import { runAction } from "./run.ts";
import { ActionSyscalls } from "./syscalls.ts";

declare const self: Worker;

const send = (message: FromRunner) => {
  self.postMessage(message);
};
const syscalls = new ActionSyscalls(send, "refuse");
const loaders = new Map<string, ModuleLoader>();
let egress: Egress = {};

function createLoader({ env, modules }: ActionModules): ModuleLoader {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const scope = createScope({
    Convex: {
      syscall: (op) => {
        throw refusedOperation(op, "operation");
      },
      asyncSyscall: (op, args) => syscalls.call(op, args),
      jsSyscall: (op) => {
        throw refusedOperation(op, "operation");
      },
    } satisfies ConvexGlobal,
    process: { env: { ...env } },
    console: createConsole((level, args) => currentAction.getStore()?.log(level, args)),
    fetch: egressFetch(egress, fetch),
  });
  return new ModuleLoader((path) => {
    const module = byPath.get(path);
    if (module !== undefined) registerSourceMap(path, module.compiled);
    return module;
  }, scope);
}

async function run(task: ActionTask): Promise<void> {
  const frame = new ActionFrame(task, (line) => {
    send({ kind: "log", id: task.id, line });
  });
  const loader = loaders.get(task.target.component);
  const outcome =
    loader === undefined
      ? ({ ok: false, failure: { message: "The action's code was not loaded" } } as const)
      : await runAction(frame, loader);
  send({ kind: "done", id: task.id, outcome });
}

self.onmessage = ({ data }: MessageEvent<ToRunner>) => {
  switch (data.kind) {
    case "start":
      egress = data.egress;
      break;
    case "modules":
      loaders.set(data.component, createLoader(data.modules));
      break;
    case "ping":
      send({ kind: "pong" });
      break;
    case "run":
      void run(data.task);
      break;
    case "syscallResult":
      syscalls.succeed(data.id, data.value);
      break;
    case "syscallFailure":
      syscalls.fail(data.id, data.failure);
      break;
    case "analyze":
      // Isolate modules are analyzed by the push's own thread.
      break;
  }
};

// A promise that a function left behind must not take its successor down.
process.on("unhandledRejection", (reason) => {
  currentAction.getStore()?.log("ERROR", [`Unhandled promise rejection: ${messageOf(reason)}`]);
});
process.on("uncaughtException", () => undefined);
