import type { PushError } from "./errors/push_error.ts";

/** How long a file's evaluation may take. */
export interface TimeLimit {
  /** In seconds of the thread's own time. */
  readonly seconds: number;
  /** How it is refused when it takes longer. */
  readonly timeoutError: PushError;
}

/** Runs the evaluation of one file, which may not end. */
export type Timed = <Result>(limit: TimeLimit, work: () => Result) => Result;

/** Called with each evaluation's limit before it begins, and with null when it is over. */
export type Evaluating = (limit: TimeLimit | null) => void;

/** Reports each evaluation to a watcher in another thread, which ends one that never returns. */
export function timedBy(evaluating: Evaluating): Timed {
  return (limit, work) => {
    evaluating(limit);
    try {
      return work();
    } finally {
      evaluating(null);
    }
  };
}
