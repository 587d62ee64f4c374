/** One case: an operation, with something that goes wrong, one sweep, and a look at what is left. */
import { setTimeout as sleep } from "node:timers/promises";
import { internal } from "../../../convex/_generated/api.js";
import { FunctionLog } from "../../support/function-log.ts";
import { isPending, isRunning, unfinished } from "../../support/jobs.ts";
import { readTable, runMutation, type Row } from "../../support/operator.ts";
import { recordedCalls, type ExternalCall } from "./calls.ts";
import type { Armed, Fault } from "./faults.ts";
import { violations } from "./invariants.ts";
import type { Lane } from "./lane.ts";
import { aPerson, type Operation, type Stage } from "./operations.ts";
import { holdsWithin } from "./patience.ts";
import { recordedSteps, type Step } from "./steps.ts";

/** The time between two sweeps: by then all must be well. */
const SWEEP_INTERVAL_MS = 5 * 60_000;
/** How long an operation may go on by itself before the sweep. */
const AT_REST_WITHIN_MS = 100_000;
/** How long an outage goes on after its first victim has been told. */
const OUTAGE_MS = 1_500;

/** What there is to go wrong when an operation is only recorded. */
const NOTHING: Armed = { isMet: () => false, disarm: () => undefined };

/** What a case came to. */
export interface Outcome {
  /** Whether what was to go wrong did. */
  met: boolean;
  wrong: string[];
  calls: ExternalCall[];
  steps: Step[];
}

/** Plays an operation; without a fault, to record what there is to go wrong. */
export async function play(lane: Lane, operation: Operation, fault?: Fault): Promise<Outcome> {
  await lane.renew();
  await lane.setAgent(operation.agent ?? false);
  const stage: Stage = { lane, person: await aPerson(lane), surprises: [] };
  const prepared = await operation.prepare(stage);
  await atRest(lane);
  lane.clearFaults();
  const log = await FunctionLog.from(lane.world.deployment);
  const { isMet, disarm } = (await fault?.arm(lane)) ?? NOTHING;
  await operation.act(stage, prepared);
  await Promise.race([atRest(lane), whenOver(isMet)]);
  disarm(); // the sweep is not to be killed
  await lane.up();
  const met = isMet();
  const calls = recordedCalls(lane);
  const steps = fault ? [] : await recordedSteps(log);
  lane.clearFaults();
  await runMutation(lane.world.deployment, internal.projects.sweep.run, { impatient: true });
  const left = await settled(stage);
  return { met, wrong: [...stage.surprises, ...left], calls, steps };
}

/** An outage ends some time after it has begun; whatever else goes wrong does so once. */
async function whenOver(isMet: () => boolean): Promise<void> {
  while (!isMet()) await sleep(OUTAGE_MS / 3);
  await sleep(OUTAGE_MS);
}

/** Waits until nothing is under way; or, where that lasts too long, no longer. */
async function atRest(lane: Lane): Promise<boolean> {
  return await holdsWithin(AT_REST_WITHIN_MS, () => unlessKilled(isAtRest(lane)));
}

/** A look that is cut off, as the deployment is killed in the middle of it, has found nothing out. */
async function unlessKilled(look: Promise<boolean>): Promise<boolean> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof TypeError) return false; // what `fetch` throws without a connection
    throw error;
  }
}

async function isAtRest(lane: Lane): Promise<boolean> {
  const { deployment, stripe } = lane.world;
  await lane.up();
  if (stripe.pendingWebhooks() > 0) return false;
  const jobs = await readTable(deployment, "_scheduled_functions");
  if (jobs.some(isUnderWay)) return false;
  // After a crash a job that ran is counted as running until the workpool looks for it, minutes later.
  if (lane.wasKilled) return true;
  return unfinished(await readTable(deployment, "work", "workpool")).length === 0;
}

/** A job that is due much later is none that anyone waits for: a lease's end, for one. */
const SOON_MS = 10_000;

function isUnderWay(job: Row): boolean {
  const isSoon = Number(job.scheduledTime) <= Date.now() + SOON_MS;
  return isRunning(job) || (isPending(job) && isSoon);
}

/** What is wrong once everything has come to rest, or the next sweep would be due. */
async function settled({ lane, person }: Stage): Promise<string[]> {
  let wrong: string[] = [];
  const isWell = await holdsWithin(SWEEP_INTERVAL_MS, async () => {
    if (!(await isAtRest(lane))) {
      wrong = ["it does not come to rest"];
      return false;
    }
    wrong = await violations(lane, person);
    return wrong.length === 0;
  });
  return isWell ? [] : wrong;
}
