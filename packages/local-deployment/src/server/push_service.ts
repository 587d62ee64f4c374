import { HttpError } from "../errors.ts";
import type { PreparedPush, PushOutcome } from "../engine/push.ts";
import type { DeploymentUrls } from "../engine/state.ts";
import { checkEnvironment } from "../push/environment.ts";
import { PushError } from "../push/errors.ts";
import { moduleRefusals } from "../push/refusals/modules.ts";
import type { StartPushRequest } from "../push/request.ts";
import type { PushReply, PushTask } from "../push/worker.ts";
import type { EngineClient } from "./engine_client.ts";

/** How long a push may take beside the evaluation of its files, in milliseconds. */
const PREPARE_TIMEOUT_MS = 120_000;
/** Production's limits are of user time; here the clock on the wall is looked at, on a busy machine. */
const WALL_PER_USER_TIME = 3;
/** Pushes that were started and may yet be finished; older ones are forgotten. */
const KEPT_PUSHES = 4;

/** Evaluates pushes in a thread of their own, and activates those that are finished. */
export class PushService {
  readonly #started = new Map<string, PreparedPush>();

  constructor(
    private readonly engine: EngineClient,
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
    const context = { environment, urls: this.urls, componentIds, pushed };
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
      throw refusedFinish("RaceDetected", "Environment variables have changed during push");
    }
    try {
      checkEnvironment(push);
    } catch (error) {
      throw error instanceof PushError ? refusedFinish(error.code, error.message) : error;
    }
    const outcome = await this.engine.call("activate", push);
    if (outcome.kind === "schemaProblem") {
      const text = `Schema has already been failed with error: ${outcome.error}`;
      throw refusedFinish("SchemaAlreadyFailed", text);
    }
    this.#started.delete(id);
    await this.activated();
    return outcome;
  }
}

function refusedFinish(code: string, message: string): HttpError {
  return new HttpError(400, code, `Hit an error while pushing:\n${message}`);
}

function evaluate(task: PushTask): Promise<PreparedPush> {
  const worker = new Worker(new URL("../push/worker.ts", import.meta.url).href);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<PreparedPush>((resolve, reject) => {
    const refuse = (code: string, message: string, status = 400) => {
      reject(new HttpError(status, code, message));
    };
    const giveTime = (milliseconds: number, message: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        refuse("InvalidModules", message);
      }, milliseconds);
    };
    const giveTimeToCompile = () => {
      giveTime(PREPARE_TIMEOUT_MS, "The push's modules were not compiled in time.");
    };
    giveTimeToCompile();
    worker.onmessage = ({ data }: MessageEvent<PushReply>) => {
      if (data.kind === "prepared") resolve(data.push);
      else if (data.kind === "refused") refuse(data.code, data.message, data.status);
      else if (data.seconds === null) giveTimeToCompile();
      else {
        const { message } = moduleRefusals.invalid(moduleRefusals.timedOut(data.seconds));
        const limit = data.seconds * 1_000 * WALL_PER_USER_TIME;
        giveTime(limit, `Hit an error while pushing:\n${message}`);
      }
    };
    worker.onerror = (event) => {
      refuse("InvalidModules", event.message);
    };
    worker.postMessage(task);
  }).finally(() => {
    clearTimeout(timer);
    worker.terminate();
  });
}
