import { failureText, type Failure, TIMED_OUT, INTERRUPTED } from "../runtime/errors/failure.ts";
import type { ActionJob, DueKinds, EngineCaller } from "../engine/protocol.ts";
import { MAX_TIMER_MS } from "../lib/timers.ts";
import { NO_DATABASE_USAGE } from "../tx/usage.ts";
import type { ActionPool } from "./action_pool.ts";
import { EngineEndedError } from "./engine_client.ts";
import type { LogStream } from "./log_stream.ts";

/** How long after an internal failure the loop continues, in milliseconds. */
const RETRY_MS = 1_000;

/** Runs scheduled functions and crons when they are due. */
export class JobLoop {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running = false;
  #again = false;
  #closed = false;
  /** The number of running scheduled actions. */
  #runningJobs = 0;
  readonly #runningCrons = new Set<string>();
  /** Why the job that had begun has failed, until the engine has recorded it: that may fail, too. */
  #unrecorded: Failure | null = null;

  /** @param parallelism how many scheduled functions run at once, and how many crons */
  constructor(
    private readonly engine: EngineCaller,
    private readonly actions: ActionPool,
    private readonly logs: LogStream,
    private readonly parallelism: number,
  ) {}

  /** Sets the timer for the next job. */
  scheduled(nextDue: number | null): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (nextDue === null || !Number.isFinite(nextDue)) return;
    const delay = Math.min(Math.max(nextDue - Date.now(), 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      void this.#run();
    }, delay);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    if (this.#running || this.#closed) return;
    this.#running = true;
    let nextDue: number | null;
    try {
      do {
        this.#again = false;
        nextDue = await this.#step();
      } while (this.#hasMore(nextDue));
    } catch {
      // The deployment is closing, or its engine was replaced; then the schedule is read again.
      const due = await this.#readSchedule();
      nextDue = due === null ? null : Math.max(due, Date.now() + RETRY_MS);
    }
    this.#running = false;
    this.scheduled(nextDue);
  }

  async #readSchedule(): Promise<number | null> {
    try {
      return (await this.engine.call("clock")).nextDue;
    } catch {
      return null;
    }
  }

  #hasMore(nextDue: number | null): boolean {
    return !this.#closed && (this.#again || (nextDue !== null && nextDue <= Date.now()));
  }

  async #step(): Promise<number | null> {
    if (this.#unrecorded !== null) {
      await this.engine.call("failBegunJob", this.#unrecorded);
      this.#unrecorded = null;
    }
    try {
      const { action, log, nextDue } = await this.engine.call("runNextJob", this.#capacity());
      if (action !== null) void this.#start(action);
      if (log !== null) this.logs.record(log);
      return nextDue;
    } catch (error) {
      // A job that ended the engine's thread has failed: it is not run again.
      this.#unrecorded = error instanceof EngineEndedError ? error.failure : TIMED_OUT;
      if (!(error instanceof EngineEndedError)) throw error;
      return Date.now();
    }
  }

  /** The kinds that may start now; others, mutations included, wait until a running one ends. */
  #capacity(): DueKinds {
    return {
      jobs: this.#runningJobs < this.parallelism,
      crons: this.#runningCrons.size < this.parallelism,
    };
  }

  async #start(action: ActionJob): Promise<void> {
    const { job, cron } = action;
    if (cron !== null && this.#runningCrons.has(cron)) return;
    if (cron !== null) this.#runningCrons.add(cron);
    if (job !== null) this.#runningJobs++;
    try {
      await this.#act(action);
    } catch {
      // The deployment is closing: the next start finds the job started.
    } finally {
      if (cron !== null) this.#runningCrons.delete(cron);
      if (job !== null) this.#runningJobs--;
      this.scheduled(Date.now());
    }
  }

  async #act({ job, call }: ActionJob): Promise<void> {
    const started = performance.now();
    const { outcome, logs, called } = await this.actions.call(call, true);
    const failure = outcome.ok ? null : "code" in outcome ? INTERRUPTED : outcome.failure;
    const path = "path" in call.target ? call.target.path : "";
    this.logs.record({
      udfType: "Action",
      called: called ?? { path, componentPath: "" },
      requestId: call.request.requestId,
      logs,
      failure,
      executionTime: (performance.now() - started) / 1000,
      usage: NO_DATABASE_USAGE,
    });
    if (job !== null) await this.engine.call("finishAction", { job, error: errorOf(failure) });
  }
}

/** The error in a job's state (crates/application/src/scheduled_jobs/mod.rs). */
function errorOf(failure: Failure | null): string | null {
  if (failure === null) return null;
  // For an interrupted action, production reports only this text.
  return failure === INTERRUPTED ? failure.message : failureText(failure);
}
