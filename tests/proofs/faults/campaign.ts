/** All cases: found by recording each operation, played side by side, each on a lane of its own. */
import { nameOf, type ExternalCall } from "./calls.ts";
import { play, type Outcome } from "./drive.ts";
import { faultsOfCall, killAfter, type Fault } from "./faults.ts";
import { Lane } from "./lane.ts";
import type { Operation } from "./operations.ts";
import type { Step } from "./steps.ts";

/** How often a case is played whose fault did not come to pass: how often a state is asked for is a matter of time. */
const PLAYS = 3;

/** Something to be played. */
export interface Case {
  operation: Operation;
  fault: Fault;
}

/** What an operation consists of. */
export interface Recording {
  operation: Operation;
  calls: ExternalCall[];
  steps: Step[];
  /** What is wrong although nothing went wrong. */
  wrong: string[];
}

/** What all of it came to. */
export interface Campaign {
  recordings: Recording[];
  found: Case[];
  /** Those whose fault came to pass. */
  injected: Case[];
  /** Names of cases, with what was wrong. */
  violations: string[];
}

/**
 * Records the operations, and plays each case that `choose` takes of those found.
 *
 * @param onProgress is told after each case how many are done, of how many, and what was wrong with this one
 */
export async function campaign(options: {
  operations: readonly Operation[];
  lanes: number;
  choose: (found: Case[]) => Case[];
  onProgress?: (done: number, all: number, name: string, wrong: readonly string[]) => void;
}): Promise<Campaign> {
  const { operations, choose, onProgress } = options;
  const lanes = await startLanes(options.lanes);
  try {
    const recordings = await eachOnALane(lanes, operations, record);
    const found = choose(recordings.flatMap(casesOf));
    let done = 0;
    const outcomes = await eachOnALane(lanes, found, async (lane, one) => {
      const outcome = await playUntilMet(lane, one);
      onProgress?.(++done, found.length, titleOf(one), outcome.wrong);
      return outcome;
    });
    return {
      recordings,
      found,
      injected: found.filter((_, index) => outcomes[index]!.met),
      violations: [
        ...recordings.flatMap(({ operation, wrong }) =>
          wrong.map((what) => `${operation.name}, undisturbed: ${what}`),
        ),
        ...found.flatMap((one, index) =>
          outcomes[index]!.wrong.map((what) => `${titleOf(one)}: ${what}`),
        ),
      ],
    };
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/** For people. */
export function titleOf({ operation, fault }: Case): string {
  return `${operation.name}, ${fault.name}`;
}

async function startLanes(count: number): Promise<Lane[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, () => Lane.start()));
  const lanes = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = started.find((one) => one.status === "rejected");
  if (failed === undefined) return lanes;
  await Promise.all(lanes.map((lane) => lane.close()));
  throw failed.reason;
}

async function record(lane: Lane, operation: Operation): Promise<Recording> {
  return { operation, ...(await play(lane, operation)) };
}

function casesOf({ operation, calls, steps }: Recording): Case[] {
  if (calls.length === 0) throw new Error(`${operation.name} calls nobody: nothing was recorded.`);
  const faults = [...calls.flatMap(faultsOfCall), ...steps.map(killAfter)];
  return faults.map((fault) => ({ operation, fault }));
}

async function playUntilMet(lane: Lane, { operation, fault }: Case): Promise<Outcome> {
  for (let plays = 1; ; plays++) {
    const outcome = await play(lane, operation, fault);
    if (outcome.met || outcome.wrong.length > 0 || plays === PLAYS) return outcome;
  }
}

/** Has each thing done on whichever lane is free; the results are in the things' order. */
async function eachOnALane<T, R>(
  lanes: readonly Lane[],
  things: readonly T[],
  work: (lane: Lane, thing: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = things.entries();
  await Promise.all(
    lanes.map(async (lane) => {
      for (const [index, thing] of queue) results[index] = await work(lane, thing);
    }),
  );
  return results;
}

/** How the calls and steps of the recordings add up, for people. */
export function summaryOf(recordings: readonly Recording[]): string {
  const calls = recordings.flatMap((recording) => recording.calls);
  const steps = recordings.flatMap((recording) => recording.steps);
  return `${String(recordings.length)} operations, ${String(calls.length)} calls, ${String(steps.length)} steps`;
}

/** Every call and step that was recorded, a line each. */
export function listing(recordings: readonly Recording[]): string {
  return recordings
    .flatMap(({ operation, calls, steps }) => [
      operation.name,
      ...calls.map((call) => `  ${nameOf(call)}`),
      ...steps.map((step) => `  commit of ${step.function} (${String(step.nth)})`),
    ])
    .join("\n");
}
