import { BASIC_CONCURRENCY } from "../limits/functions.ts";
import { INTERRUPTED } from "../runtime/errors/failure.ts";
import { type RequestContext } from "../engine/calls/request.ts";
import type { JSONValue } from "convex/values";
import type { Egress } from "../actions/egress.ts";
import type { ActionTask, Refusal, SyscallAnswer, WireRequest } from "../actions/protocol.ts";
import { actionSyscalls } from "../actions/syscalls.ts";
import { failedRun, type ActionEnd, type ActionRun } from "../actions/action_run.ts";
import { IsolateActions } from "../actions/runners/isolate_actions.ts";
import { Limiter } from "../actions/runners/limiter.ts";
import { NodeActions } from "../actions/runners/node_actions.ts";
import type { HttpPeer, SyscallRequest } from "../actions/runners/run_on.ts";
import { formatFunctionPath } from "../engine/calls/paths.ts";
import type { FunctionCall, LocatedAction } from "../engine/protocol.ts";
import { actionWarnings, httpActionWarnings } from "../engine/calls/warnings.ts";
import { HttpError, messageOf } from "../lib/errors.ts";
import { warningLine, type LogLine } from "../runtime/console.ts";
import { unsupportedSyscall } from "../runtime/unsupported_syscalls.ts";
import { parseSyscallJson } from "../values/encoding/json_text.ts";
import type { EngineClient } from "./engine_client.ts";
import type { Knobs } from "../limits/knobs.ts";
import type { LogStream } from "./log_stream.ts";

/** A function to run, and the variables that it sees. */
type Runnable = Omit<LocatedAction, "where" | "argsSize">;

/** The services and settings that actions run with. */
export interface ActionServices {
  readonly engine: EngineClient;
  readonly logs: LogStream;
  readonly egress: Egress;
  readonly keepContexts: boolean;
  readonly knobs: Knobs;
  readonly dataDir: string;
}

/** Runs actions and HTTP actions: each at most once, and as many at a time as production does. */
export class ActionPool {
  readonly #isolates: IsolateActions;
  readonly #node: NodeActions;
  readonly #limiters: Readonly<Record<"isolate" | "node", Limiter>>;
  #nextId = 1;

  constructor(private readonly services: ActionServices) {
    const { engine, egress, keepContexts, knobs, dataDir } = services;
    this.#limiters = {
      isolate: new Limiter(knobs.APPLICATION_MAX_CONCURRENT_V8_ACTIONS),
      node: new Limiter(knobs.APPLICATION_MAX_CONCURRENT_NODE_ACTIONS),
    };
    this.#isolates = new IsolateActions(
      (component) => engine.call("componentModules", component),
      this.#isolateTimeoutMs,
      { egress, keepContexts },
    );
    this.#node = new NodeActions(
      () => engine.call("nodeModules"),
      knobs.NODE_ACTION_USER_TIMEOUT_SECS * 1_000,
      egress,
      dataDir,
    );
  }

  /**
   * Runs an action: finds it, and validates its arguments and its result. Never rejects.
   * @param waitsForever whether it waits for a slot without a time limit, as scheduled functions and crons do
   */
  async call(call: FunctionCall, waitsForever = false): Promise<ActionEnd> {
    const { engine } = this.services;
    const located = await engine.call("locateAction", call);
    if ("message" in located) return { ...failedRun(located), called: null };
    const { module, name, componentPath, component } = located;
    const called = { path: formatFunctionPath({ module, name }), componentPath };
    const { elapsedMs, ...run } = await this.#run(located, call.request, {
      args: call.args,
      waitsForever,
    });
    const path = `${module}:${name}`;
    const result = run.outcome.ok && "value" in run.outcome ? run.outcome.value : null;
    const checked =
      result === null ? null : await engine.call("checkActionResult", { component, path, result });
    const wrong = checked !== null && "message" in checked ? checked : null;
    const end = wrong === null ? run : failedRun(wrong, run.logs);
    if (elapsedMs === null || located.environment === "node") return { ...end, called };
    const warnings = actionWarnings({
      argsSize: located.argsSize,
      resultSize: checked !== null && "size" in checked ? checked.size : null,
      elapsedMs,
      timeoutMs: this.#isolateTimeoutMs,
    });
    return { ...end, logs: withWarnings(end.logs, warnings), called };
  }

  get #isolateTimeoutMs(): number {
    return this.services.knobs.V8_ACTION_USER_TIMEOUT_SECS * 1_000;
  }

  /** Runs the HTTP action that the component's router has for the request, until its response was sent. Never rejects. */
  async http(
    component: string,
    http: WireRequest,
    peer: HttpPeer,
    request: RequestContext,
    authError: string | null,
  ): Promise<ActionRun> {
    const target = {
      component,
      componentPath: "",
      module: "http.js",
      name: "default",
      environment: "isolate",
      env: {},
    } as const;
    const { elapsedMs, ...run } = await this.#run(target, request, { http, peer, authError });
    if (elapsedMs === null) return run;
    const warnings = httpActionWarnings({
      bytesSent: peer.bytesSent,
      elapsedMs,
      timeoutMs: this.#isolateTimeoutMs,
    });
    return { ...run, logs: withWarnings([...run.logs, ...peer.lines], warnings) };
  }

  /** Imports a push's Node modules. */
  analyze(...args: Parameters<NodeActions["analyze"]>): ReturnType<NodeActions["analyze"]> {
    return this.#node.analyze(...args);
  }

  /** New variables: the next isolate action loads its modules again; Node actions get them with each call. */
  environmentChanged(): void {
    this.#isolates.forget();
  }

  /** New code: the next action loads its modules again. */
  async codeChanged(): Promise<void> {
    this.#isolates.forget();
    await this.#node.renew();
  }

  /** Ends all running actions. */
  close(): void {
    for (const limiter of Object.values(this.#limiters)) limiter.close();
    this.#isolates.close();
    this.#node.close();
  }

  /** @returns how it ended, and how long that took in milliseconds; null when it was refused */
  async #run(
    { component, componentPath, module, name, environment, env }: Runnable,
    request: RequestContext,
    {
      args = {},
      http = null,
      peer = null,
      authError = null,
      waitsForever = false,
    }: {
      args?: JSONValue;
      http?: WireRequest | null;
      peer?: HttpPeer | null;
      authError?: string | null;
      waitsForever?: boolean;
    },
  ): Promise<ActionRun & { readonly elapsedMs: number | null }> {
    const limiter = this.#limiters[environment];
    const waitMs = this.services.knobs.APPLICATION_FUNCTION_RUNNER_ACTION_SEMAPHORE_TIMEOUT;
    if (!(await limiter.acquire(waitsForever ? null : waitMs))) {
      // The pool was closed meanwhile, or no slot became free in time.
      const run = waitsForever
        ? failedRun(INTERRUPTED)
        : { outcome: refusalOf(limiter.limit), logs: [] };
      return { ...run, elapsedMs: null };
    }
    const started = performance.now();
    try {
      const task: ActionTask = {
        id: this.#nextId++,
        target: { component, componentPath, module, name },
        request,
        args,
        http,
        authError,
        node: null,
      };
      const syscall = (call: SyscallRequest) => this.#answer(call, request, environment);
      const run =
        environment === "node"
          ? await this.#node.run({ ...task, env }, syscall)
          : await this.#isolates.run(task, syscall, peer);
      return { ...run, elapsedMs: performance.now() - started };
    } finally {
      limiter.release();
    }
  }

  /** Answers an action's system call. */
  async #answer(
    { op, args, component }: SyscallRequest,
    request: RequestContext,
    environment: "isolate" | "node",
  ): Promise<SyscallAnswer> {
    const syscall = actionSyscalls.get(op);
    if (syscall?.answeredBy !== "deployment") {
      return { failure: { message: unsupportedSyscall(op).message } };
    }
    const { engine, logs } = this.services;
    let answer: SyscallAnswer;
    try {
      const call = { caller: component, args: parseSyscallJson(args), request };
      answer = await syscall.answer({ engine, actions: this, logs }, call);
    } catch (error) {
      return { failure: { message: messageOf(error) } };
    }
    if (environment === "isolate" || !("refusal" in answer)) return answer;
    // An isolate is ended by it; in Node it is an error like others (node-executor/src/syscalls.ts).
    const { code, failure } = answer.refusal;
    return { failure: { message: JSON.stringify({ code, message: failure.message }) } };
  }
}

function withWarnings(logs: readonly LogLine[], warnings: readonly string[]): readonly LogLine[] {
  const timestamp = Date.now();
  return [...logs, ...warnings.map((text) => warningLine(text, timestamp))];
}

/** The response to a client whose action was refused. */
export function tooManyActions({ code, failure }: Refusal): HttpError {
  return new HttpError(429, code, failure.message);
}

/** In production's words (`Limiter` in crates/application/src/application_function_runner). */
function refusalOf(limit: number): { readonly ok: false } & Refusal {
  const advice =
    limit > BASIC_CONCURRENCY
      ? "If you need more resources, please contact support."
      : "To get more resources, upgrade to Convex Pro. If you are already on Convex Pro, please contact support.";
  const message = `Too many concurrent requests. Your backend is limited to ${String(limit)} concurrent actions. ${advice}`;
  return { ok: false, code: "TooManyConcurrentRequests", failure: { message } };
}
