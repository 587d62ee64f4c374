import type { FromRunner, ToRunner } from "../protocol.ts";

/** Receives a runner's messages, and is notified when its thread or process ends by itself. */
export interface RunnerListener {
  onMessage(message: FromRunner): void;
  onExit(): void;
}

/** A thread or a process that runs one action at a time. */
export interface Runner {
  listener: RunnerListener | null;
  send(message: ToRunner): void;
  /** Ends it at once, even when it is busy, without notifying its listener. */
  end(): void;
}
