/** All cases: found by recording each operation, and run side by side, each on a worker of its own. */
import { faultsOfCall, killAfter, type Fault } from "./faults.ts";
import type { Operation } from "./operations.ts";
import { titleOfCall, type Commit, type ExternalCall } from "./recording.ts";
import { runCase, type Outcome } from "./run-case.ts";
import { Worker } from "./worker.ts";

/** How often a case is run whose fault did not occur: how often a state is polled for depends on timing. */
const ATTEMPTS = 3;

/** An operation with a fault. */
export interface Case {
  operation: Operation;
  fault: Fault;
}

/** What an operation consists of. */
export interface Recording {
  operation: Operation;
  calls: ExternalCall[];
  commits: Commit[];
  /** What is wrong although there was no fault. */
  violations: string[];
}

/** The results of all cases. */
export interface MatrixResult {
  recordings: Recording[];
  cases: Case[];
  /** Those whose fault occurred. */
  injected: Case[];
  /** Each with the title of its case. */
  violations: string[];
}

/**
 * Records the operations, and runs each case that `choose` takes of those found.
 *
 * @param onProgress - is told after each case how many are done, of how many, and what was wrong with this one
 */
export async function runMatrix(options: {
  operations: readonly Operation[];
  workers: number;
  choose: (found: Case[]) => Case[];
  onProgress?: (done: number, all: number, title: string, violations: readonly string[]) => void;
}): Promise<MatrixResult> {
  const { operations, choose, onProgress } = options;
  const workers = await startWorkers(options.workers);
  try {
    const recordings = await distribute(workers, operations, async (worker, operation) => ({
      operation,
      ...(await runCase(worker, operation)),
    }));
    const cases = choose(recordings.flatMap(casesOf));
    let done = 0;
    const outcomes = await distribute(workers, cases, async (worker, one) => {
      const outcome = await runUntilMet(worker, one);
      onProgress?.(++done, cases.length, titleOf(one), outcome.violations);
      return outcome;
    });
    return {
      recordings,
      cases,
      injected: cases.filter((_, index) => outcomes[index]!.met),
      violations: [
        ...recordings.flatMap(({ operation, violations }) =>
          violations.map((what) => `${operation.name}, without a fault: ${what}`),
        ),
        ...cases.flatMap((one, index) =>
          outcomes[index]!.violations.map((what) => `${titleOf(one)}: ${what}`),
        ),
      ],
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** As in "create, daytona POST /api/sandbox (1): 500". */
export function titleOf({ operation, fault }: Case): string {
  return `${operation.name}, ${fault.name}`;
}

async function startWorkers(count: number): Promise<Worker[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, () => Worker.start()));
  const workers = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = started.find((one) => one.status === "rejected");
  if (failed === undefined) return workers;
  await Promise.all(workers.map((worker) => worker.close()));
  throw failed.reason;
}

function casesOf({ operation, calls, commits }: Recording): Case[] {
  if (calls.length === 0) throw new Error(`${operation.name}: no call was recorded.`);
  const faults = [...calls.flatMap(faultsOfCall), ...commits.map(killAfter)];
  return faults.map((fault) => ({ operation, fault }));
}

async function runUntilMet(worker: Worker, { operation, fault }: Case): Promise<Outcome> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await runCase(worker, operation, fault);
    if (outcome.met || outcome.violations.length > 0 || attempts === ATTEMPTS) return outcome;
  }
}

/** Does each task on the next free worker; the results are in the order of the tasks. */
async function distribute<T, R>(
  workers: readonly Worker[],
  tasks: readonly T[],
  work: (worker: Worker, task: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = tasks.entries();
  await Promise.all(
    workers.map(async (worker) => {
      for (const [index, task] of queue) results[index] = await work(worker, task);
    }),
  );
  return results;
}

/** How many operations, calls and commits were recorded. */
export function summaryOf(recordings: readonly Recording[]): string {
  const calls = recordings.flatMap((recording) => recording.calls);
  const commits = recordings.flatMap((recording) => recording.commits);
  return `${recordings.length} operations, ${calls.length} calls, ${commits.length} commits`;
}

/** Every call and commit that was recorded, a line each. */
export function listing(recordings: readonly Recording[]): string {
  return recordings
    .flatMap(({ operation, calls, commits }) => [
      operation.name,
      ...calls.map((call) => `  ${titleOfCall(call)}`),
      ...commits.map((commit) => `  commit of ${commit.function} (${commit.nth})`),
    ])
    .join("\n");
}
