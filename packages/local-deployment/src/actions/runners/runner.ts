import type { FromRunner, ToRunner } from "../protocol.ts";

/** Whoever uses a runner is told what it says, and when it is gone. */
export interface RunnerListener {
  said(message: FromRunner): void;
  gone(): void;
}

/** A thread or a process that runs one action at a time. */
export interface Runner {
  listener: RunnerListener | null;
  send(message: ToRunner): void;
  /** Ends it at once, whatever it does; nobody is told. */
  end(): void;
}
