/**
 * Whether the time that an answer takes tells a thing of somebody else's from a missing one. Nothing here is asserted:
 * the machine has other things to do. It is measured, and reported.
 */
import { fittingNames, namesAThing } from "./attempts.ts";
import type { Cast } from "./cast.ts";
import { neverExisted } from "./identifiers.ts";
import { argumentsFor, placesOf, type Place } from "./places.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import type { Stage } from "./stage.ts";

/** A chance of less than one in a thousand, for a normal distribution, on both sides. */
const REMARKABLE = 3.3;
/** Worth a second look: one in twenty is beyond it by chance. */
const SUSPICIOUS = 2;
/** With fewer the chance of one being longer is anything. */
const ENOUGH_PAIRS = 50;
/** How much closer the second look is. */
const CLOSER = 4;

/** What the times of one place's calls say. */
export interface Timing {
  what: string;
  /** The chance that a call with the victim's name took longer than one with a missing one: a guess is 0.5. */
  longer: number;
  /** How many standard deviations `longer` is from a guess. */
  deviations: number;
  /** The medians' difference, in milliseconds. */
  difference: number;
}

/** Times `pairs` calls of each kind at every place that names a thing. */
export async function timeAll(stage: Stage, cast: Cast, pairs: number): Promise<Timing[]> {
  const timings: Timing[] = [];
  for (const fn of stage.spec.functions) {
    for (const place of placesOf(fn).filter(namesAThing)) {
      const first = await timeOne(stage, cast, fn, place, pairs);
      // Of many places some stand out by chance: those are measured anew.
      const doubtful = Math.abs(first.deviations) > SUSPICIOUS && pairs >= ENOUGH_PAIRS;
      timings.push(doubtful ? await timeOne(stage, cast, fn, place, pairs * CLOSER) : first);
    }
  }
  return timings;
}

async function timeOne(
  stage: Stage,
  cast: Cast,
  fn: PublicFunction,
  place: Place,
  pairs: number,
): Promise<Timing> {
  const { caller, ...stranger } = await withFilling(cast);
  const hers = fittingNames(stage, place)[0]?.value ?? stage.ada.projects.ready;
  const missing = neverExisted(hers);
  const argsOf = (name: string) =>
    argumentsFor(fn, stranger.filling, new Map([[place.path, name]]));
  const [hersArgs, missingArgs] = [argsOf(hers), argsOf(missing)];
  const times = { hers: [] as number[], missing: [] as number[] };
  const time = async (kind: keyof typeof times) => {
    const start = performance.now();
    await caller.ask(fn, kind === "hers" ? hersArgs : missingArgs);
    times[kind].push(performance.now() - start);
  };
  for (let pair = 0; pair < pairs; pair++) {
    const order =
      Math.random() < 0.5 ? (["hers", "missing"] as const) : (["missing", "hers"] as const);
    for (const kind of order) await time(kind);
  }
  const longer = chanceOfLonger(times.hers, times.missing);
  return {
    what: `${fn.path} ${place.path}`,
    longer,
    deviations: (longer - 0.5) / spreadOfGuesses(pairs),
    difference: median(times.hers) - median(times.missing),
  };
}

async function withFilling(cast: Cast) {
  const stranger = await cast.stranger();
  return { caller: stranger.caller, filling: stranger.filling(false) };
}

/** How often, over all pairs, one of `some` is more than one of `others`: the area under the ROC curve. */
export function chanceOfLonger(some: number[], others: number[]): number {
  let more = 0;
  for (const one of some) {
    for (const other of others) more += one > other ? 1 : one === other ? 0.5 : 0;
  }
  return more / (some.length * others.length);
}

/** The standard deviation of `chanceOfLonger` when nothing tells the two apart (Mann and Whitney). */
function spreadOfGuesses(count: number): number {
  return Math.sqrt((2 * count + 1) / (12 * count * count));
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** What all the timings come to, in words; `pairs` is how many calls of each kind there were. */
export function verdictOn(timings: Timing[], pairs: number): string {
  if (pairs < ENOUGH_PAIRS) return "not judged at this size";
  const remarkable = timings.filter(({ deviations }) => Math.abs(deviations) > REMARKABLE);
  const farthest = Math.max(...timings.map(({ longer }) => Math.abs(longer - 0.5))) + 0.5;
  const difference = Math.max(...timings.map(({ difference }) => Math.abs(difference)));
  const most = `at most ${farthest.toFixed(2)}, medians up to ${difference.toFixed(2)} ms apart`;
  if (remarkable.length === 0) return `no better than a guess (${most})`;
  const telling = remarkable.map(({ what, longer }) => `${what} ${longer.toFixed(2)}`);
  return `tells by ${telling.join(", ")} (${most})`;
}
