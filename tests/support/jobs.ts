/** What is still to be done on a deployment, by the rows of its tables of jobs. */
import type { Row } from "./operator.ts";

/**
 * The workpool's jobs that have something to do yet. The look at whether Clerk has deleted somebody, a minute after they
 * asked for it, has nothing to do once they are gone here.
 *
 * @param work the rows of the workpool's table `work`
 */
export function unfinished(work: readonly Row[]): Row[] {
  return work.filter(({ fnName }) => !String(fnName).includes("auth/deletion:check"));
}

/** Whether a row of `_scheduled_functions` is of one that runs. */
export function isRunning(row: Row): boolean {
  return stateOf(row) === "inProgress";
}

/** Whether a row of `_scheduled_functions` is of one that has not begun. */
export function isPending(row: Row): boolean {
  return stateOf(row) === "pending";
}

function stateOf({ state }: Row): unknown {
  return typeof state === "object" && state !== null && "kind" in state ? state.kind : undefined;
}
