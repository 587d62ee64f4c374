/** A thread for isolate actions and HTTP actions: it runs one at a time. */
import type { ActionModules } from "../../engine/protocol.ts";
import { watchRejections } from "../../runtime/errors/rejections.ts";
import { ModuleScript } from "../../runtime/modules/script.ts";
import { currentThread } from "../../lib/thread_stats.ts";
import { egressFetch, type Egress } from "../egress.ts";
import { ActionFrame } from "../frame.ts";
import { HttpCall } from "./http_call.ts";
import type { ActionTask, FromRunner, ToRunner } from "../protocol.ts";
import { runAction, type ActionCode } from "./run_action.ts";
import { SyscallClient } from "../syscall_client.ts";

declare const self: Worker;

const send = (message: FromRunner) => {
  self.postMessage(message);
};
const syscalls = new SyscallClient(send);
const codes = new Map<string, ActionCode>();
/** By their actions' ids. */
const httpCalls = new Map<number, HttpCall>();
let egress: Egress = {};
let keepContexts = false;

function codeOf({ env, modules }: ActionModules): ActionCode {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const scripts = new Map<string, ModuleScript>();
  return {
    env,
    syscalls,
    fetch: egressFetch(egress, fetch),
    keepContexts,
    kept: null,
    find: (path) => {
      const known = scripts.get(path);
      const module = byPath.get(path);
      if (known !== undefined || module === undefined) return known;
      const script = new ModuleScript(module);
      scripts.set(path, script);
      return script;
    },
  };
}

async function run(task: ActionTask): Promise<void> {
  const frame = new ActionFrame(task, (line) => {
    send({ kind: "log", id: task.id, line });
  });
  const http = new HttpCall((message) => {
    send({ ...message, id: task.id });
  });
  httpCalls.set(task.id, http);
  const code = codes.get(task.target.component);
  const outcome =
    code === undefined
      ? ({ ok: false, failure: { message: "The action's code was not loaded" } } as const)
      : await runAction(frame, code, http);
  syscalls.abandon(frame);
  httpCalls.delete(task.id);
  send({ kind: "done", id: task.id, outcome });
}

self.onmessage = ({ data }: MessageEvent<ToRunner>) => {
  switch (data.kind) {
    case "start":
      ({ egress, keepContexts = false } = data);
      send({ kind: "ready", thread: currentThread() });
      break;
    case "modules":
      codes.set(data.component, codeOf(data.modules));
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
    case "pull":
    case "clientGone":
    case "requestChunk":
    case "requestEnd":
      httpCalls.get(data.id)?.receive(data);
      break;
  }
};

// A failure that can't be traced to an action must not end the thread, in which the next action may run.
watchRejections(() => undefined);
process.on("uncaughtException", () => undefined);
