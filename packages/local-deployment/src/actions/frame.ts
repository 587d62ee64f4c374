import { AsyncLocalStorage } from "node:async_hooks";
import { LogSink, type LogLevel, type LogLine } from "../runtime/console.ts";
import type { ActionTask } from "./protocol.ts";

/** One running action. */
export class ActionFrame {
  readonly #logs: LogSink;
  closed = false;

  /** @param say takes each line at once: what an action said is known even when it has to be ended. */
  constructor(
    readonly task: ActionTask,
    say: (line: LogLine) => void,
  ) {
    this.#logs = new LogSink(say);
  }

  log(level: LogLevel, args: readonly unknown[]): void {
    this.#logs.write(level, args, Date.now());
  }
}

/** The action whose code is running now, across awaits. */
export const currentAction = new AsyncLocalStorage<ActionFrame>();
