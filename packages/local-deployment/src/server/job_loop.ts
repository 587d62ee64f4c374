import type { ActionJob } from "../engine/protocol.ts";
import type { ActionPool } from "./action_pool.ts";
import type { Calls } from "./calls.ts";
import { EngineStuckError, type EngineClient } from "./engine_client.ts";

/** The longest delay that a timer takes, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Runs scheduled functions and crons when they are due. */
export class JobLoop {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #running = false;
  #again = false;
  #closed = false;

  constructor(
    private readonly engine: EngineClient,
    private readonly actions: ActionPool,
    private readonly calls: Calls,
  ) {}

  /** Sets the alarm for the next job. */
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
    let nextDue: number | null = null;
    try {
      do {
        this.#again = false;
        nextDue = await this.#step();
      } while (this.#goesOn(nextDue));
    } catch {
      // The deployment is going down, or its engine is being replaced: that sets the alarm anew.
    } finally {
      this.#running = false;
    }
    this.scheduled(nextDue);
  }

  #goesOn(nextDue: number | null): boolean {
    return !this.#closed && (this.#again || (nextDue !== null && nextDue <= Date.now()));
  }

  async #step(): Promise<number | null> {
    try {
      const { action, logs, nextDue } = await this.engine.call("runNextJob");
      if (action !== null) void this.#act(action);
      if (logs !== null) {
        const { path, component, udfType, executionTime, failure } = logs;
        const started = performance.now() - executionTime * 1000;
        const result = {
          ok: failure === null,
          logs: logs.logs,
          ...(failure === null ? {} : { failure }),
        };
        this.calls.record(udfType, path, component, result, "", started);
      }
      return nextDue;
    } catch (error) {
      if (!(error instanceof EngineStuckError)) throw error;
      await this.engine.call("failNextJob");
      return Date.now();
    }
  }

  async #act({ job, call }: ActionJob): Promise<void> {
    const started = performance.now();
    const { outcome, logs } = await this.actions.call(call);
    const failure = outcome.ok ? null : outcome.failure;
    const path = "path" in call.target ? call.target.path : "";
    const result = { ok: failure === null, logs, ...(failure === null ? {} : { failure }) };
    this.calls.record("Action", path, null, result, call.request.requestId, started);
    if (job.id !== "")
      await this.engine.call("finishAction", { job, failure }).catch(() => undefined);
  }
}
