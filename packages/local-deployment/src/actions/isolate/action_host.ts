import type { Isolate } from "../../runtime/isolate.ts";
import type { IsolateHost } from "../../runtime/context/host.ts";
import { AT_IMPORT } from "../../runtime/evaluation.ts";
import { unsupportedSyscall } from "../../runtime/unsupported_syscalls.ts";
import type { ActionFrame } from "../frame.ts";
import type { SyscallClient } from "../syscall_client.ts";
import { UnawaitedOperations } from "./unawaited.ts";

/** The services of an action, besides the web APIs of the machine. */
export interface ActionEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly syscalls: SyscallClient;
  readonly fetch: (request: Request, init: RequestInit) => Promise<Response>;
}

/** The host functions of an action in an isolate; `end` cancels what it has left running. */
export interface ActionHost extends IsolateHost {
  /** @returns whether it has left nothing running */
  readonly end: () => boolean;
  /** Operations that it has started and not awaited. */
  readonly unawaited: UnawaitedOperations;
}

/** Serves one action in its isolate. */
export function actionHost(
  frame: ActionFrame,
  isolate: Isolate,
  { env, syscalls, fetch }: ActionEnvironment,
): ActionHost {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const unawaited = new UnawaitedOperations();
  const ended = new AbortController();
  return {
    convex: {
      syscall: (op) => {
        throw unsupportedSyscall(op, "operation");
      },
      asyncSyscall: (op, args) => {
        refuseAtImport(frame, `Syscall ${op}`);
        return unawaited.add(syscallName(op), syscalls.call(frame, op, args));
      },
      jsSyscall: (op) => {
        throw unsupportedSyscall(op, "operation");
      },
    },
    log: (level, messages) => {
      frame.log(level, messages);
    },
    performance,
    crypto,
    fetch: async (request) => {
      refuseAtImport(frame, "fetch()");
      if (frame.closed) return await new Promise<never>(() => undefined);
      const signal = AbortSignal.any([ended.signal, request.signal]);
      return await unawaited.add("fetch", fetch(request, { signal }));
    },
    after: (name, ms, call) => {
      refuseAtImport(frame, name);
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!frame.closed) call();
      }, ms);
      timers.add(timer);
      return () => {
        clearTimeout(timer);
        timers.delete(timer);
      };
    },
    now: () => Date.now(),
    random: () => Math.random(),
    variable: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    canImport: true,
    fail: (error) => {
      frame.fail(isolate.failureOf(error));
    },
    end: () => {
      const isIdle = timers.size === 0 && unawaited.empty;
      for (const timer of timers) clearTimeout(timer);
      ended.abort();
      return isIdle;
    },
    unawaited,
  };
}

/** crates/isolate/src/environment/action/phase.rs, `require_executing` */
function refuseAtImport(frame: ActionFrame, what: string): void {
  if (frame.importing) throw new Error(`${what} ${AT_IMPORT}`);
}

/** As a warning names a call (crates/isolate/src/environment/action/task.rs, `syscall_display_name`). */
function syscallName(op: string): string {
  return op.replace("1.0/", "").replace("actions/", "");
}
