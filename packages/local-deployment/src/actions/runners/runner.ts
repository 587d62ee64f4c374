import type { FromRunner, ToRunner } from "../protocol.ts";

/** Takes what a runner sends, and is told when its thread or process ends by itself. */
export interface RunnerListener {
  onMessage(message: FromRunner): void;
  onExit(): void;
}

/** A thread or a process that runs one action at a time. */
export interface Runner {
  listener: RunnerListener | null;
  send(message: ToRunner): void;
  /** Ends it at once, whatever it does, without telling its listener. */
  end(): void;
}
