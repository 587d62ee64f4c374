import { AsyncLocalStorage } from "node:async_hooks";
import { LogSink, type LogLevel } from "../runtime/console.ts";
import type { ActionTask } from "./protocol.ts";

/** One running action. */
export class ActionFrame {
  readonly logs = new LogSink();
  closed = false;

  constructor(readonly task: ActionTask) {}

  log(level: LogLevel, args: readonly unknown[]): void {
    this.logs.write(level, args, Date.now());
  }
}

/** The action whose code is running now, across awaits. */
export const currentAction = new AsyncLocalStorage<ActionFrame>();
