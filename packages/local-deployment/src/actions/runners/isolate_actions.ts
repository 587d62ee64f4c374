import { durationText } from "../../limits/units.ts";
import { OUT_OF_MEMORY, INTERRUPTED } from "../../runtime/errors/failure.ts";
import type { ActionModules } from "../../engine/protocol.ts";
import type { ActionTask, SyscallAnswer } from "../protocol.ts";
import { MemoryWatchdog } from "../../lib/memory_watchdog.ts";
import { failedRun, type ActionRun } from "../action_run.ts";
import { IsolateRunner, type IsolateSettings } from "./isolate_runner.ts";
import { RunnerPool } from "./pool.ts";
import { runOn, type HttpPeer, type SyscallRequest } from "./run_on.ts";

/** Runs isolate actions and HTTP actions, one at a time per thread. */
export class IsolateActions {
  readonly #pool: RunnerPool<IsolateRunner>;
  readonly #modules = new Map<string, Promise<ActionModules>>();
  /** Incremented when modules must be loaded again. */
  #version = 0;

  /** @param modulesOf asks the engine for a component's code and variables. */
  constructor(
    private readonly modulesOf: (component: string) => Promise<ActionModules>,
    private readonly timeoutMs: number,
    settings: IsolateSettings,
  ) {
    this.#pool = new RunnerPool((gone) => new IsolateRunner(settings, gone));
  }

  /**
   * Runs to the end; an HTTP action, until its response was sent or its client has disconnected. Never rejects.
   * @param http the server's end of an HTTP action
   */
  async run(
    task: ActionTask,
    syscall: (call: SyscallRequest) => Promise<SyscallAnswer>,
    http: HttpPeer | null,
  ): Promise<ActionRun> {
    let runner: IsolateRunner;
    try {
      runner = await this.#ready(task.target.component);
    } catch {
      return failedRun(INTERRUPTED);
    }
    const { timeoutMs } = this;
    const memory = new MemoryWatchdog(() => runner.thread);
    const isOverLimit = () => memory.isOverLimit(process.memoryUsage.rss());
    const { end, logs } = await runOn(runner, task, { timeoutMs, syscall, http, isOverLimit });
    if (end.kind === "done") this.#pool.give(runner);
    else this.#pool.end(runner);
    switch (end.kind) {
      case "done":
        return { outcome: end.outcome, logs };
      case "timedOut": {
        const limit = durationText(timeoutMs);
        const message = `Function execution timed out (maximum duration: ${limit})`;
        return failedRun({ message }, logs);
      }
      case "outOfMemory":
        return failedRun(OUT_OF_MEMORY, logs);
      case "refused":
        return { outcome: { ok: false, ...end.refusal }, logs };
      case "abandoned":
        return { outcome: { ok: true, value: "null" }, logs };
      case "exited":
      case "thrown":
        return failedRun(INTERRUPTED, logs);
    }
  }

  /** New code or variables: the next action loads its modules again. */
  forget(): void {
    this.#version++;
    this.#modules.clear();
  }

  close(): void {
    this.#pool.close();
  }

  /** A thread that has the component's modules. */
  async #ready(component: string): Promise<IsolateRunner> {
    const version = this.#version;
    const modules = await this.#load(component);
    const runner = await this.#pool.take();
    if (runner.loaded.get(component) !== version) {
      runner.send({ kind: "modules", component, modules });
      runner.loaded.set(component, version);
    }
    return runner;
  }

  #load(component: string): Promise<ActionModules> {
    const known = this.#modules.get(component);
    if (known !== undefined) return known;
    const loading = this.modulesOf(component);
    this.#modules.set(component, loading);
    loading.catch(() => this.#modules.delete(component));
    return loading;
  }
}
