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

/** @param row of `_scheduled_functions` */
export function isRunning({ state }: Row): boolean {
  return (state as { kind: string }).kind === "inProgress";
}
