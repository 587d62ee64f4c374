import { HttpError } from "../errors.ts";
import type { PreparedPush, PushOutcome } from "../engine/push.ts";
import type { DeploymentUrls } from "../engine/state.ts";
import { analyzeNodeModules } from "../push/node_modules.ts";
import { urlVariables } from "../push/environment.ts";
import type { StartPushRequest } from "../push/request.ts";
import type { PushReply, PushTask } from "../push/worker.ts";
import type { ActionPool } from "./action_pool.ts";
import type { EngineClient } from "./engine_client.ts";

/** How long the modules of a push may take to be compiled, in milliseconds. */
const COMPILE_TIMEOUT_MS = 120_000;
/**
 * How long they may take to be imported, in milliseconds by the clock on the wall. Production gives a
 * module four seconds of its own time (ISOLATE_ANALYZE_USER_TIMEOUT); this machine may be busy.
 */
const IMPORT_TIMEOUT_MS = 20_000;
/** Pushes that were started and may yet be finished; older ones are forgotten. */
const KEPT_PUSHES = 4;

/** Evaluates pushes in a thread of their own, and activates those that are finished. */
export class PushService {
  readonly #started = new Map<string, PreparedPush>();
  readonly #evaluations = new Set<Evaluation>();

  constructor(
    private readonly engine: EngineClient,
    private readonly actions: ActionPool,
    private readonly urls: DeploymentUrls,
    private readonly activated: () => Promise<void>,
  ) {}

  /** Evaluates a push; nothing changes. @throws HttpError with a code that the CLI knows */
  async start(request: StartPushRequest): Promise<PreparedPush> {
    const [environment, componentIds, pushed] = await Promise.all([
      this.engine.call("environment"),
      this.engine.call("componentIds"),
      this.engine.call("pushedModules"),
    ]);
    const { urls } = this;
    const env = { ...environment, ...urlVariables(urls) };
    const nodeExports = await analyzeNodeModules(request, pushed, env, (...modules) =>
      this.actions.analyze(...modules),
    );
    const context = { environment, urls, componentIds, pushed, nodeExports };
    const push = await this.#evaluate({ request, context });
    this.#started.set(push.id, push);
    for (const id of this.#started.keys()) {
      if (this.#started.size <= KEPT_PUSHES) break;
      this.#started.delete(id);
    }
    return push;
  }

  /** Whether the stored documents fit the push's schema. */
  async schemaStatus(id: string) {
    const push = this.#started.get(id);
    if (push === undefined) return { type: "raceDetected" as const };
    const problem = await this.engine.call("checkSchema", push);
    if (problem === null) return { type: "complete" as const };
    const { error, componentPath, tableName } = problem;
    return { type: "failed" as const, error, componentPath, tableName };
  }

  /** Activates a started push. @throws HttpError */
  async finish(id: string): Promise<PushOutcome> {
    const push = this.#started.get(id);
    const environment = await this.engine.call("environment");
    if (push === undefined || JSON.stringify(push.environment) !== JSON.stringify(environment)) {
      throw new HttpError(
        400,
        "RaceDetected",
        "The deployment has changed since this push began: push again.",
      );
    }
    const outcome = await this.engine.call("activate", push);
    if (outcome.kind === "schemaProblem") {
      throw new HttpError(400, "SchemaValidationError", outcome.error);
    }
    this.#started.delete(id);
    await this.activated();
    return outcome;
  }

  /** Ends the evaluations that go on, whether they would end by themselves or not. */
  close(): void {
    for (const evaluation of this.#evaluations) {
      evaluation.end(new HttpError(503, "ShuttingDown", "The deployment is shutting down."));
    }
  }

  async #evaluate(task: PushTask): Promise<PreparedPush> {
    const evaluation = new Evaluation(task);
    this.#evaluations.add(evaluation);
    try {
      return await evaluation.result;
    } finally {
      this.#evaluations.delete(evaluation);
    }
  }
}

/** A push that is being evaluated, in a thread that is ended with it. */
class Evaluation {
  readonly result: Promise<PreparedPush>;
  readonly #worker = new Worker(new URL("../push/worker.ts", import.meta.url).href);
  #settle: (push: PreparedPush) => void = () => undefined;
  #fail: (error: HttpError) => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(task: PushTask) {
    this.result = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.#limit(COMPILE_TIMEOUT_MS, "be compiled");
    this.#worker.onmessage = ({ data }: MessageEvent<PushReply>) => {
      if (data === "compiled") this.#limit(IMPORT_TIMEOUT_MS, "be imported");
      else this.end(data.ok ? data.push : new HttpError(400, data.code, data.message));
    };
    this.#worker.onerror = (event) => {
      this.end(new HttpError(400, "InvalidModule", event.message));
    };
    this.#worker.postMessage(task);
  }

  end(outcome: PreparedPush | HttpError): void {
    clearTimeout(this.#timer);
    this.#worker.terminate();
    if (outcome instanceof HttpError) this.#fail(outcome);
    else this.#settle(outcome);
  }

  #limit(ms: number, todo: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const message = `The push's modules took longer than ${String(ms / 1000)} s to ${todo}. Is there an endless loop, or a wait, outside of functions?`;
      this.end(new HttpError(400, "InvalidModule", message));
    }, ms);
  }
}
