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

/** Is told of each evaluation before it begins, and by null when it is over. */
export type Evaluating = (limit: TimeLimit | null) => void;

/** Has somebody else watch the evaluations: what never ends can't end itself. */
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
