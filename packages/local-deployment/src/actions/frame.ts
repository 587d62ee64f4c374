import { type LogLimits } from "../limits/functions.ts";
import { AsyncLocalStorage } from "node:async_hooks";
import { LogSink, type LogLevel, type LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/errors/failure.ts";
import type { ActionTask } from "./protocol.ts";

/** One running action. */
export class ActionFrame {
  readonly #logs: LogSink;
  #fail: (failure: Failure) => void = () => undefined;
  /** Resolves when it has failed, regardless of how its promise settles; never otherwise. */
  readonly failed: Promise<Failure>;
  hasFailed = false;
  /** True while its modules are evaluated, before the function itself runs. */
  importing = false;
  closed = false;

  /**
   * @param onLine takes each line at once, so that the lines are kept when the action has to be ended.
   * @param limits when they aren't an isolate's.
   */
  constructor(
    readonly task: ActionTask,
    onLine: (line: LogLine) => void,
    limits?: LogLimits,
  ) {
    this.#logs = new LogSink(onLine, limits);
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Makes it fail; its code cannot prevent that. The first failure is the one reported. */
  fail(failure: Failure): void {
    this.hasFailed = true;
    this.#fail(failure);
  }

  log(level: LogLevel, messages: readonly string[]): void {
    if (!this.closed) this.#logs.write(level, messages, Date.now());
  }
}

/** The action whose code is running now in a Node process, across awaits. */
export const currentAction = new AsyncLocalStorage<ActionFrame>();
