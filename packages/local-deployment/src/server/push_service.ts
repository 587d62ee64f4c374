import { HttpError } from "../errors.ts";
import type { PreparedPush, PushOutcome } from "../engine/push.ts";
import type { DeploymentUrls } from "../engine/state.ts";
import { analyzeNodeModules } from "../push/node_modules.ts";
import { urlVariables } from "../push/environment.ts";
import type { StartPushRequest } from "../push/request.ts";
import type { PushReply, PushTask } from "../push/worker.ts";
import type { ActionPool } from "./action_pool.ts";
import type { EngineClient } from "./engine_client.ts";

/** How long the modules of a push may take to be compiled and imported, in milliseconds. */
const PREPARE_TIMEOUT_MS = 120_000;
/** Pushes that were started and may yet be finished; older ones are forgotten. */
const KEPT_PUSHES = 4;

/** Evaluates pushes in a thread of their own, and activates those that are finished. */
export class PushService {
  readonly #started = new Map<string, PreparedPush>();

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
    const push = await evaluate({ request, context });
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
}

function evaluate(task: PushTask): Promise<PreparedPush> {
  const worker = new Worker(new URL("../push/worker.ts", import.meta.url).href);
  return new Promise<PreparedPush>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new HttpError(400, "InvalidModule", "The push's modules did not finish loading."));
    }, PREPARE_TIMEOUT_MS);
    worker.onmessage = ({ data }: MessageEvent<PushReply>) => {
      clearTimeout(timer);
      if (data.ok) resolve(data.push);
      else reject(new HttpError(400, data.code, data.message));
    };
    worker.onerror = (event) => {
      clearTimeout(timer);
      reject(new HttpError(400, "InvalidModule", event.message));
    };
    worker.postMessage(task);
  }).finally(() => {
    worker.terminate();
  });
}
