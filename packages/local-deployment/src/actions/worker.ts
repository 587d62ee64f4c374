/** The actions' thread: runs actions and HTTP actions, as many at a time as there are. */
import { FunctionError, messageOf } from "../errors.ts";
import type { ActionModules } from "../engine/protocol.ts";
import { createConsole } from "../runtime/console.ts";
import { createScope, type ConvexGlobal, type Scope } from "../runtime/globals.ts";
import { ModuleLoader } from "../runtime/loader.ts";
import { nodeProcess } from "../runtime/node_process.ts";
import { registerSourceMap } from "../runtime/stack.ts";
import { egressFetch, type Egress } from "./egress.ts";
import { ActionFrame, currentAction } from "./frame.ts";
import type { ActionTask, FromActions, ToActions } from "./protocol.ts";
import { runAction } from "./run.ts";
import { ActionSyscalls } from "./syscalls.ts";

declare const self: Worker;

const send = (message: FromActions) => {
  self.postMessage(message);
};
const syscalls = new ActionSyscalls(send);
const loaders = new Map<string, ModuleLoader>();
let egress: Egress = {};

function createLoader({ env, modules }: ActionModules): ModuleLoader {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const scopes: Partial<Record<"isolate" | "node", Scope>> = {};
  return new ModuleLoader(
    (path) => {
      const module = byPath.get(path);
      if (module !== undefined) registerSourceMap(path, module.compiled);
      return module;
    },
    (environment) => (scopes[environment] ??= scopeFor(environment, env)),
  );
}

function scopeFor(environment: "isolate" | "node", env: Record<string, string>): Scope {
  return createScope(environment, {
    Convex: {
      syscall: (op) => {
        throw new FunctionError(`Unknown operation ${op} in an action`);
      },
      asyncSyscall: (op, args) => syscalls.call(op, args),
      jsSyscall: (op) => {
        throw new FunctionError(`${op}: file storage is not in the local deployment`);
      },
    } satisfies ConvexGlobal,
    process: environment === "node" ? nodeProcess(env) : { env: { ...env } },
    console: createConsole((level, args) => currentAction.getStore()?.log(level, args)),
    fetch: egressFetch(egress),
  });
}

async function run(task: ActionTask): Promise<void> {
  const frame = new ActionFrame(task);
  const loader = loaders.get(task.target.component);
  const outcome =
    loader === undefined
      ? ({ ok: false, failure: { message: "The action's code was not loaded" } } as const)
      : await runAction(frame, loader);
  send({ kind: "done", id: task.id, outcome, logs: frame.logs.lines });
}

self.onmessage = ({ data }: MessageEvent<ToActions>) => {
  switch (data.kind) {
    case "start":
      egress = data.egress;
      break;
    case "modules":
      loaders.set(data.component, createLoader(data.modules));
      break;
    case "forget":
      loaders.clear();
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
    case "ping":
      send({ kind: "pong", id: data.id });
      break;
  }
};

// A promise that a function left behind must not take the others down.
process.on("unhandledRejection", (reason) => {
  currentAction.getStore()?.log("ERROR", [`Unhandled promise rejection: ${messageOf(reason)}`]);
});
process.on("uncaughtException", () => undefined);
