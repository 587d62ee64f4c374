import type { JSONValue } from "convex/values";
import type {
  ActionOutcome,
  ActionTask,
  FromActions,
  ToActions,
  WireRequest,
  WireResponse,
} from "../actions/protocol.ts";
import type { Egress } from "../actions/egress.ts";
import type { RequestContext } from "../engine/frame.ts";
import { formatFunctionPath, type CalledFunction } from "../engine/paths.ts";
import type { FunctionCall, LocatedAction } from "../engine/protocol.ts";
import { ACTION_TIMEOUT_MS } from "../limits.ts";
import type { LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/failure.ts";
import { answerSyscall } from "./action_syscalls.ts";
import type { EngineClient } from "./engine_client.ts";
import type { LogStream } from "./log_stream.ts";

/** How often the thread is asked whether it still answers, in milliseconds. */
const PING_MS = 5_000;
/** A thread that has not answered for this long is computing without end, in milliseconds. */
const BLOCKED_MS = 30_000;

/** Production's text for an action that its machine took down with it. */
const INTERRUPTED: Failure = { message: "Transient error while executing action" };

interface Running {
  readonly task: ActionTask;
  readonly timer: ReturnType<typeof setTimeout>;
  finish(end: RunEnd): void;
}

interface RunEnd {
  readonly outcome: ActionOutcome;
  readonly logs: readonly LogLine[];
}

/** How an action ended, with what it logged. */
export interface ActionEnd extends RunEnd {
  /** What was run; null when the call's target was not found. */
  readonly called: CalledFunction | null;
}

/** Runs actions in a thread of their own, each at most once, and replaces the thread when it hangs. */
export class ActionPool {
  #worker: Worker | null = null;
  #nextId = 1;
  #unanswered: number | null = null;
  readonly #running = new Map<number, Running>();
  readonly #loaded = new Map<string, Promise<void>>();
  readonly #ping: ReturnType<typeof setInterval>;

  constructor(
    private readonly engine: EngineClient,
    private readonly egress: Egress,
    private readonly logs: LogStream,
  ) {
    this.#ping = setInterval(() => {
      this.#check();
    }, PING_MS);
  }

  /** Runs an action: finds it, checks what goes in and what comes out. Never rejects. */
  async call(call: FunctionCall): Promise<ActionEnd> {
    const located = await this.engine.call("locateAction", call);
    if ("message" in located) return { ...failed(located), called: null };
    const { module, name, componentPath } = located;
    const called = { path: formatFunctionPath({ module, name }), componentPath };
    const end = { ...(await this.#run(located, call.request, call.args, null, null)), called };
    if (!end.outcome.ok || !("value" in end.outcome)) return end;
    const { component } = located;
    const path = `${located.module}:${located.name}`;
    const wrong = await this.engine.call("checkActionResult", {
      component,
      path,
      result: end.outcome.value,
    });
    return wrong === null ? end : { ...end, outcome: { ok: false, failure: wrong } };
  }

  /** Runs the HTTP action that the component's router has for the request. Never rejects. */
  async http(
    component: string,
    wire: WireRequest,
    request: RequestContext,
    authError: string | null,
  ): Promise<{ response: WireResponse | null; failure: Failure | null; logs: readonly LogLine[] }> {
    const target = {
      component,
      componentPath: "",
      where: "",
      module: "http.js",
      name: "default",
      environment: "isolate",
    } as const;
    const { outcome, logs } = await this.#run(target, request, {}, wire, authError);
    if (!outcome.ok) return { response: null, failure: outcome.failure, logs };
    return { response: "response" in outcome ? outcome.response : null, failure: null, logs };
  }

  /** New code or variables: the next action loads its modules again. */
  forget(): void {
    this.#loaded.clear();
    this.#post({ kind: "forget" });
  }

  close(): void {
    clearInterval(this.#ping);
    this.#kill();
  }

  async #run(
    target: LocatedAction,
    request: RequestContext,
    args: JSONValue,
    http: WireRequest | null,
    authError: string | null,
  ): Promise<RunEnd> {
    try {
      await this.#load(target.component);
    } catch {
      return failed(INTERRUPTED);
    }
    const task: ActionTask = { id: this.#nextId++, target, request, args, http, authError };
    const limit = ACTION_TIMEOUT_MS[target.environment];
    return new Promise((resolve) => {
      const finish = (end: RunEnd) => {
        clearTimeout(timer);
        this.#running.delete(task.id);
        resolve(end);
      };
      const timer = setTimeout(() => {
        finish(
          failed({
            message: `Action execution timed out (maximum duration: ${String(limit / 1000)}s)`,
          }),
        );
      }, limit);
      this.#running.set(task.id, { task, timer, finish });
      this.#post({ kind: "run", task });
    });
  }

  /** Gives the thread a component's modules, once per push. */
  #load(component: string): Promise<void> {
    const known = this.#loaded.get(component);
    if (known !== undefined) return known;
    const loading = this.engine.call("componentModules", component).then((modules) => {
      this.#post({ kind: "modules", component, modules });
    });
    this.#loaded.set(component, loading);
    loading.catch(() => this.#loaded.delete(component));
    return loading;
  }

  #post(message: ToActions): void {
    this.#thread().postMessage(message);
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL("../actions/worker.ts", import.meta.url).href);
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromActions>) => {
      if (this.#worker === worker) this.#receive(data);
    };
    worker.onerror = () => {
      if (this.#worker === worker) this.#kill();
    };
    worker.postMessage({ kind: "start", egress: this.egress } satisfies ToActions);
    return worker;
  }

  #receive(message: FromActions): void {
    switch (message.kind) {
      case "done":
        this.#running.get(message.id)?.finish({ outcome: message.outcome, logs: message.logs });
        break;
      case "syscall":
        void this.#syscall(message);
        break;
      case "pong":
        this.#unanswered = null;
        break;
    }
  }

  async #syscall(message: FromActions & { kind: "syscall" }): Promise<void> {
    const running = this.#running.get(message.action);
    // An action that has timed out can no longer call on anything.
    if (running === undefined) return;
    const { request } = running.task;
    const answer = await answerSyscall(
      { engine: this.engine, actions: this, logs: this.logs },
      message,
      request,
    );
    if ("failure" in answer) this.#post({ kind: "syscallFailure", id: message.id, ...answer });
    else this.#post({ kind: "syscallResult", id: message.id, ...answer });
  }

  #check(): void {
    if (this.#worker === null) return;
    if (this.#unanswered !== null) {
      if (Date.now() - this.#unanswered > BLOCKED_MS) this.#kill();
      return;
    }
    this.#unanswered = Date.now();
    this.#post({ kind: "ping", id: this.#unanswered });
  }

  /** Ends the thread; what ran in it has failed, as after a crash. */
  #kill(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#unanswered = null;
    this.#loaded.clear();
    for (const running of [...this.#running.values()]) running.finish(failed(INTERRUPTED));
  }
}

function failed(failure: Failure): RunEnd {
  return { outcome: { ok: false, failure }, logs: [] };
}
