import { type LogLimits } from "../limits/functions.ts";
import { AsyncLocalStorage } from "node:async_hooks";
import { LogSink, type LogLevel, type LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/errors/failure.ts";
import type { ActionTask } from "./protocol.ts";

/** One running action. */
export class ActionFrame {
  readonly #logs: LogSink;
  #fail: (failure: Failure) => void = () => undefined;
  /** Resolves when it has failed whatever its promise comes to; else never. */
  readonly failed: Promise<Failure>;
  /** Its modules are being evaluated, before the function itself. */
  importing = false;
  closed = false;

  /**
   * @param say takes each line at once: what an action said is known even when it has to be ended.
   * @param limits when they aren't an isolate's.
   */
  constructor(
    readonly task: ActionTask,
    say: (line: LogLine) => void,
    limits?: LogLimits,
  ) {
    this.#logs = new LogSink(say, limits);
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Makes it fail, which none of its code can prevent. The first failure counts. */
  fail(failure: Failure): void {
    this.#fail(failure);
  }

  log(level: LogLevel, messages: readonly string[]): void {
    if (!this.closed) this.#logs.write(level, messages, Date.now());
  }
}

/** The action whose code is running now in a Node process, across awaits. */
export const currentAction = new AsyncLocalStorage<ActionFrame>();
