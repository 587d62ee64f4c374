/** The transactions of an operation, as the deployment's function log tells of them. */
import { FunctionLog, type Completion } from "../../support/function-log.ts";
import type { Lane } from "./lane.ts";

/** A committed transaction: the `nth` of this function since the operation began. */
export interface Step {
  /** With the component it is of, if it is of one. */
  function: string;
  nth: number;
}

/**
 * The transactions that have ended since `log` began: all of the app's; of each of the components' the first, as how
 * often a workpool looks for work is a matter of time.
 */
export async function recordedSteps(log: FunctionLog): Promise<Step[]> {
  const seen = new Map<string, number>();
  return (await log.next()).filter(isCommit).flatMap((completion) => {
    const name = nameOf(completion);
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return completion.componentPath && nth > 1 ? [] : [{ function: name, nth }];
  });
}

function isCommit({ udfType, error }: Completion): boolean {
  return udfType === "Mutation" && error === null;
}

function nameOf({ componentPath, identifier }: Completion): string {
  return componentPath ? `${componentPath}/${identifier}` : identifier;
}

/** Has something done as soon as a transaction has been committed; returns once it is watched for. */
export async function whenCommitted(
  { world }: Lane,
  step: Step,
  then: () => Promise<void>,
): Promise<void> {
  const log = await FunctionLog.from(world.deployment);
  void watch(log, step).then(async (found) => {
    if (found) await then();
  });
}

async function watch(log: FunctionLog, step: Step): Promise<boolean> {
  try {
    for (let seen = 0; seen < step.nth;) {
      const commits = (await log.next()).filter(isCommit);
      seen += commits.filter((completion) => nameOf(completion) === step.function).length;
    }
    return true;
  } catch {
    return false; // the deployment has been ended: the case is over
  }
}
