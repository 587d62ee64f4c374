import { HttpError } from "../lib/errors.ts";
import type { AuthProvider } from "../engine/code/analysis.ts";
import type { PreparedPush, PushOutcome } from "../engine/code/activate_push.ts";
import type { DeploymentUrls } from "../engine/state.ts";
import { urlVariables, type VariableChange } from "../engine/code/variables.ts";
import { checkEnvironment } from "../push/components/definition_rules.ts";
import { PushError } from "../push/errors/push_error.ts";
import type { StartPushRequest } from "../push/request.ts";
import type { EvaluationResults, EvaluationTask } from "../push/worker.ts";
import type { AnalyzeNode } from "../push/prepare.ts";
import type { ActionPool } from "./action_pool.ts";
import type { EngineClient } from "./engine_client.ts";
import { PushEvaluation } from "./push_evaluation.ts";

/** How many started pushes can be finished; older ones are dropped. */
const KEPT_PUSHES = 4;

/** The services and settings of pushes. */
interface PushServices {
  readonly engine: EngineClient;
  readonly actions: ActionPool;
  readonly urls: DeploymentUrls;
  /** How long one file may take to be evaluated in wall-clock time, in milliseconds. */
  readonly wallTimeoutMs: number | undefined;
  /** Called once code or variables have changed. */
  readonly changed: {
    readonly code: () => Promise<void>;
    readonly environment: () => Promise<void>;
  };
}

/** Evaluates pushes in a thread of their own, activates those that are finished, and changes variables. */
export class PushService {
  readonly #started = new Map<string, PreparedPush>();
  readonly #evaluations = new Set<{ end: (error: HttpError) => void }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly services: PushServices) {}

  /** Evaluates a push; nothing changes. @throws HttpError with a code that the CLI knows */
  async start(request: StartPushRequest): Promise<PreparedPush> {
    const [environment, componentIds, pushed] = await Promise.all([
      this.services.engine.call("environment"),
      this.services.engine.call("componentIds"),
      this.services.engine.call("pushedModules"),
    ]);
    const context = { environment, urls: this.services.urls, componentIds, pushed };
    const push = await this.#evaluate({ kind: "push", request, context });
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
    const problem = await this.services.engine.call("checkSchema", push);
    if (problem === null) return { type: "complete" as const };
    const { error, componentPath, tableName } = problem;
    return { type: "failed" as const, error, componentPath, tableName };
  }

  /** Activates a started push. @throws HttpError */
  finish(id: string): Promise<PushOutcome> {
    return this.#serially(() => this.#finish(id));
  }

  /**
   * Changes variables, all or none. `convex/auth.config.ts` is evaluated with them and takes effect at
   * once.
   *
   * @throws HttpError with production's code, when a change is refused
   */
  changeVariables(changes: readonly VariableChange[]): Promise<void> {
    return this.#serially(() => this.#changeVariables(changes));
  }

  /** Ends all running evaluations. */
  close(): void {
    for (const evaluation of this.#evaluations) {
      evaluation.end(new HttpError(503, "ShuttingDown", "The deployment is shutting down."));
    }
  }

  async #finish(id: string): Promise<PushOutcome> {
    const push = this.#started.get(id);
    const environment = await this.services.engine.call("environment");
    if (push === undefined || JSON.stringify(push.environment) !== JSON.stringify(environment)) {
      throw refusedFinish("RaceDetected", "Environment variables have changed during push");
    }
    try {
      checkEnvironment(push);
    } catch (error) {
      throw error instanceof PushError ? refusedFinish(error.code, error.message) : error;
    }
    const outcome = await this.services.engine.call("activate", push);
    if (outcome.kind === "schemaProblem") {
      const text = `Schema has already been failed with error: ${outcome.error}`;
      throw refusedFinish("SchemaAlreadyFailed", text);
    }
    this.#started.delete(id);
    await this.services.changed.code();
    return outcome;
  }

  async #changeVariables(changes: readonly VariableChange[]): Promise<void> {
    const refusal = await this.services.engine.call("checkVariables", changes);
    if (refusal !== null) throw new HttpError(400, refusal.code, refusal.message);
    await this.services.engine.call("setVariables", {
      changes,
      auth: await this.#authWith(changes),
    });
    await this.services.changed.environment();
  }

  /** The providers of `auth.config.ts` with these changes; null when the app has none. @throws HttpError */
  async #authWith(changes: readonly VariableChange[]): Promise<readonly AuthProvider[] | null> {
    const pushed = await this.services.engine.call("pushedModules");
    const module = pushed.find(({ path }) => path === "auth.config.js");
    if (module === undefined) return null;
    const variables = new Map(Object.entries(await this.services.engine.call("environment")));
    for (const { name, value } of changes) {
      if (value === null) variables.delete(name);
      else variables.set(name, value);
    }
    const env = { ...urlVariables(this.services.urls), ...Object.fromEntries(variables) };
    return await this.#evaluate({ kind: "auth", module, env });
  }

  /** Runs changes of code and variables one after the other. */
  #serially<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #evaluate<Task extends EvaluationTask>(
    task: Task,
  ): Promise<EvaluationResults[Task["kind"]]> {
    const { actions, wallTimeoutMs } = this.services;
    const analyze: AnalyzeNode = (...modules) => actions.analyze(...modules);
    const evaluation = new PushEvaluation(task, analyze, wallTimeoutMs);
    this.#evaluations.add(evaluation);
    try {
      return await evaluation.result;
    } finally {
      this.#evaluations.delete(evaluation);
    }
  }
}

function refusedFinish(code: string, message: string): HttpError {
  return new HttpError(400, code, `Hit an error while pushing:\n${message}`);
}
