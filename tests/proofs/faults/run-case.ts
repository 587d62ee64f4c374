/** One case of the fault matrix: an operation with a fault, one sweep, and a check of what is left. */
import { setTimeout as sleep } from "node:timers/promises";
import { internal } from "../../../convex/_generated/api.js";
import { SWEEP_INTERVAL } from "../../../convex/projects/reconcile/decisions.ts";
import { FunctionLog } from "../../support/function-log.ts";
import { runMutation, scheduledWork, workpoolJobs } from "../../support/operator.ts";
import { holdsWithin } from "../../support/until.ts";
import { TestUser } from "../../support/user.ts";
import { faultsOfCalls, faultsOfCommits, type Armed, type Fault } from "./faults.ts";
import { violations } from "./invariants.ts";
import type { Operation, Run } from "./operations.ts";
import { Watcher } from "./watcher.ts";
import type { Worker } from "./worker.ts";

/** The time between two sweeps: by then all invariants must hold. */
const SWEEP_INTERVAL_MS = SWEEP_INTERVAL.minutes * 60_000;
/** How long an operation may go on by itself before the sweep. */
const AT_REST_WITHIN_MS = 100_000;
/** How often it is asked whether anything is under way: the questions must not keep the deployment busy. */
const POLL_MS = 200;
/** How long an outage goes on after the first call has met it. */
const OUTAGE_MS = 1_500;
/** A scheduled function that is due much later is not waited for: the check at a lease's end, for one. */
const DUE_SOON_MS = 10_000;

/** When an operation is only recorded. */
const NO_FAULT: Armed = { isMet: () => false, disarm: () => undefined };

/** The result of a case. */
export interface Outcome {
  /** Whether the fault occurred. */
  met: boolean;
  violations: string[];
  /** Those that can be injected into the operation, when it ran without one. */
  faults: Fault[];
}

/** Runs an operation; without a fault, to find those that can be injected. */
export async function runCase(
  worker: Worker,
  operation: Operation,
  fault?: Fault,
): Promise<Outcome> {
  await worker.reset();
  await worker.setAgent(operation.agent ?? false);
  const user = await TestUser.signUp(worker.world);
  const userId = await user.rowId();
  const watcher = new Watcher(worker, user);
  let outcome: Outcome;
  try {
    outcome = await runWatched({ worker, user, userId, watcher, unexpected: [] }, operation, fault);
  } finally {
    await watcher.stop();
  }
  const { met, violations } = outcome;
  // A fault that is still to come watches the deployment until it ends.
  const isOver = fault === undefined || met;
  worker.isReusable = isOver && !worker.wasKilled && violations.length === 0;
  return outcome;
}

async function runWatched(run: Run, operation: Operation, fault?: Fault): Promise<Outcome> {
  const { worker, watcher } = run;
  const prepared = (await operation.prepare?.(run)) ?? null;
  await atRest(worker);
  worker.clearFaults();
  const log = await FunctionLog.from(worker.world.deployment);
  const { isMet, disarm } = (await fault?.arm(worker)) ?? NO_FAULT;
  await operation.act(run, prepared);
  await Promise.race([atRest(worker), whenOver(isMet)]);
  disarm(); // the sweep is not to be killed
  await worker.up();
  const met = isMet();
  const faults = fault ? [] : [...faultsOfCalls(worker), ...(await faultsOfCommits(log))];
  worker.clearFaults();
  await runMutation(worker.world.deployment, internal.projects.reconcile.sweep.sweepRunning, {
    force: true,
  });
  const left = await violationsLeft(run);
  return { met, violations: [...run.unexpected, ...left, ...watcher.wrong()], faults };
}

/** An outage ends some time after it has begun; every other fault occurs once. */
async function whenOver(isMet: () => boolean): Promise<void> {
  while (!isMet()) await sleep(OUTAGE_MS / 3);
  await sleep(OUTAGE_MS);
}

/** Waits until nothing is under way; or, where that lasts too long, no longer. */
async function atRest(worker: Worker): Promise<boolean> {
  const check = async () => {
    try {
      return await isAtRest(worker);
    } catch (error) {
      // `fetch` throws a TypeError without a connection: the deployment was killed meanwhile.
      if (error instanceof TypeError) return false;
      throw error;
    }
  };
  return await holdsWithin(AT_REST_WITHIN_MS, check, POLL_MS);
}

async function isAtRest(worker: Worker): Promise<boolean> {
  const { deployment, stripe } = worker.world;
  await worker.up();
  if (stripe.pendingWebhooks() > 0) return false;
  if ((await scheduledWork(deployment, DUE_SOON_MS)).length > 0) return false;
  // After a crash the workpool counts a job that ran as running until it checks on it, minutes later.
  return worker.wasKilled || (await workpoolJobs(deployment)).length === 0;
}

/** What is wrong once nothing is under way any more, or the next sweep would be due. */
async function violationsLeft(run: Run): Promise<string[]> {
  let found: string[] = [];
  const check = async () => {
    found = (await isAtRest(run.worker)) ? await violations(run) : ["it does not come to rest"];
    return found.length === 0;
  };
  const allHold = await holdsWithin(SWEEP_INTERVAL_MS, check, POLL_MS);
  return allHold ? [] : found;
}
