import { AsyncLocalStorage } from "node:async_hooks";
import { LogSink, type LogLevel, type LogLimits, type LogLine } from "../runtime/console.ts";
import type { ActionTask } from "./protocol.ts";

/** One running action. */
export class ActionFrame {
  readonly #logs: LogSink;
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
  }

  log(level: LogLevel, messages: readonly string[]): void {
    this.#logs.write(level, messages, Date.now());
  }
}

/** The action whose code is running now, across awaits. */
export const currentAction = new AsyncLocalStorage<ActionFrame>();
