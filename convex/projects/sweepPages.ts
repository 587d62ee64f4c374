/** The pages of a sweep and their order, as pure decisions. */
import { v, type Infer } from "convex/values";
import { sweepKind, sweepStep, type SweepKind, type SweepStep } from "./tables";

/** What each kind of sweep goes through. Orphans come last: a creation that is given up may leave one. */
const STEPS: Record<SweepKind, readonly [SweepStep, ...SweepStep[]]> = {
  running: ["generating", "creating", "ready", "interrupted", "orphans"],
  stopped: ["stopped", "archived"],
};

/** Steps that have something to do even while Daytona does not answer. */
const WITHOUT_DAYTONA: readonly SweepStep[] = ["generating", "creating"];

/** One page of a sweep, and all that it needs to know. */
export const sweepPage = v.object({
  kind: sweepKind,
  token: v.string(), // the sweep's own, by which it knows that no other has begun
  step: sweepStep,
  cursor: v.nullable(v.string()),
  // Ms since the epoch; leases that end before have run out. The same for all pages: Convex takes a
  // cursor for the very query that it came from, bounds included.
  leasedUntil: v.number(),
  impatient: v.optional(v.boolean()),
  away: v.optional(v.boolean()), // Daytona does not answer, and is not asked again
});
/** See `sweepPage`. */
export type SweepPage = Infer<typeof sweepPage>;

/** How it went with a page. */
export const pageVisit = v.object({
  next: v.nullable(v.string()), // where the next page begins; null after the last
  again: v.optional(v.boolean()), // there was no time for all of this page
  away: v.optional(v.boolean()), // Daytona does not answer
});
/** See `pageVisit`. */
export type PageVisit = Infer<typeof pageVisit>;

/** The first page of a sweep that begins at `now` (ms). */
export function firstPage(
  kind: SweepKind,
  token: string,
  { now, impatient = false }: { now: number; impatient?: boolean | undefined },
): SweepPage {
  const page = { kind, token, step: STEPS[kind][0], cursor: null };
  return impatient ? { ...page, leasedUntil: Infinity, impatient } : { ...page, leasedUntil: now };
}

/** The page that follows; null when the sweep is over. */
export function pageAfter(page: SweepPage, visit: PageVisit): SweepPage | null {
  const away = page.away ?? visit.away ?? false;
  const isPossible = (step: SweepStep) => !away || WITHOUT_DAYTONA.includes(step);
  const same = away ? { ...page, away } : page;
  if (visit.again) return same;
  if (visit.next !== null && isPossible(page.step)) return { ...same, cursor: visit.next };
  const steps = STEPS[page.kind];
  const step = steps.slice(steps.indexOf(page.step) + 1).find(isPossible);
  return step === undefined ? null : { ...same, step, cursor: null };
}
