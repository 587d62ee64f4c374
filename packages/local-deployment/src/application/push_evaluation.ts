import { OUT_OF_MEMORY } from "../runtime/errors/failure.ts";
import type { NodeAnalysis } from "../actions/runners/node_analysis.ts";
import { HttpError } from "../lib/errors.ts";
import type { AnalyzeNode } from "../push/prepare.ts";
import type {
  EvaluationResults,
  EvaluationTask,
  FromEvaluation,
  Refused,
  ToEvaluation,
} from "../push/worker.ts";
import { MemoryWatchdog } from "../lib/memory_watchdog.ts";
import { moduleErrors } from "../push/errors/modules.ts";
import { threadCpuMs } from "../lib/thread_stats.ts";

/** How often an evaluation is checked, in milliseconds. */
const WATCH_MS = 100;
/** How long the evaluation may take to do anything that is not pushed code's, in milliseconds: to compile it above all. */
const STEP_TIMEOUT_MS = 120_000;
/**
 * How long one file may take to be evaluated in wall-clock time unless it is configured, in milliseconds: one that waits does not
 * compute, and one that computes gets little of a busy machine. It is no limit of production's, which never waits.
 */
const WALL_TIMEOUT_MS = 30_000;

const OUT_OF_MEMORY_IN_PUSH = `Hit an error while pushing:\n${moduleErrors.invalid(OUT_OF_MEMORY.message).message}`;

/** The thread's current step, and since when it runs. */
interface Step {
  /** The file's limit; null while no pushed code runs. */
  readonly limit: { readonly seconds: number; readonly timeoutError: Refused } | null;
  /** The thread's CPU time when the step began, in milliseconds; null if unknown. */
  readonly cpuBefore: number | null;
  readonly began: number;
}

/** A push or an `auth.config.ts` that is being evaluated, in a thread that is ended with it, in bounded time. */
export class PushEvaluation<Task extends EvaluationTask> {
  readonly result: Promise<EvaluationResults[Task["kind"]]>;
  readonly #worker = new Worker(new URL("../push/worker.ts", import.meta.url).href);
  readonly #watch: ReturnType<typeof setInterval>;
  #settle: (result: EvaluationResults[Task["kind"]]) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  #thread: number | null = null;
  readonly #memory = new MemoryWatchdog(() => this.#thread);
  #overdueStep: Step | null = null;
  #step: Step = { limit: null, cpuBefore: null, began: performance.now() };

  /**
   * @param analyzeNode - Imports a push's Node modules, in bounded time.
   * @param wallTimeoutMs - How long one file may take to be evaluated in wall-clock time.
   */
  constructor(
    task: Task,
    private readonly analyzeNode: AnalyzeNode,
    private readonly wallTimeoutMs = WALL_TIMEOUT_MS,
  ) {
    this.result = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.#watch = setInterval(() => {
      this.#check();
    }, WATCH_MS);
    this.#worker.onmessage = ({ data }: MessageEvent<FromEvaluation>) => {
      this.#receive(data);
    };
    this.#worker.onerror = (event) => {
      this.end(new HttpError(400, "InvalidModules", event.message));
    };
    this.#send(task);
  }

  /** Ends the thread, even when it is busy; the result is this error, unless there is a result already. */
  end(error: unknown): void {
    this.#close();
    this.#fail(error);
  }

  #close(): void {
    clearInterval(this.#watch);
    this.#worker.terminate();
  }

  #send(message: ToEvaluation): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromEvaluation): void {
    switch (message.kind) {
      case "compiled":
        this.#thread = message.thread;
        this.#begin(null);
        break;
      case "evaluating":
        this.#begin(message);
        break;
      case "evaluated":
        this.#begin(null);
        break;
      case "analyzeNode":
        this.#begin(null);
        this.analyzeNode(message.modules, message.env).then(
          (analysis: NodeAnalysis) => {
            this.#send({ kind: "nodeAnalyzed", analysis });
          },
          (error: unknown) => {
            this.end(error);
          },
        );
        break;
      case "done":
        this.#close();
        // The thread answers a task with its own result.
        this.#settle(message.result as EvaluationResults[Task["kind"]]);
        break;
      case "refused":
        this.end(errorOf(message.refused));
        break;
    }
  }

  #begin(limit: Step["limit"]): void {
    this.#step = { limit, cpuBefore: this.#cpuMs(), began: performance.now() };
  }

  /** The thread's CPU time, in milliseconds; null where the system does not report it. */
  #cpuMs(): number | null {
    return this.#thread === null ? null : threadCpuMs(this.#thread);
  }

  /** Ends it when it is overdue at two checks: a message sent before the first has arrived by the second. */
  #check(): void {
    const isOverLimit = this.#memory.isOverLimit(process.memoryUsage.rss());
    if (isOverLimit && this.#step.limit !== null) {
      this.end(new HttpError(400, "InvalidModules", OUT_OF_MEMORY_IN_PUSH));
      return;
    }
    const error = this.#timeoutError();
    if (error !== null && this.#overdueStep === this.#step) this.end(error);
    this.#overdueStep = error === null ? null : this.#step;
  }

  #timeoutError(): HttpError | null {
    const { limit, cpuBefore, began } = this.#step;
    const took = performance.now() - began;
    if (limit === null) {
      return took < STEP_TIMEOUT_MS ? null : tooLong("compiled", STEP_TIMEOUT_MS);
    }
    const computed = this.#cpuMs();
    const known = computed !== null && cpuBefore !== null;
    if (known && computed - cpuBefore >= limit.seconds * 1_000) return errorOf(limit.timeoutError);
    return took < this.wallTimeoutMs ? null : tooLong("imported", this.wallTimeoutMs);
  }
}

function errorOf({ status, code, message }: Refused): HttpError {
  return new HttpError(status, code, message);
}

function tooLong(what: string, ms: number): HttpError {
  return new HttpError(
    400,
    "InvalidModules",
    `The push's modules took longer than ${String(ms / 1000)} s to be ${what}. Is there an endless wait outside of functions?`,
  );
}
