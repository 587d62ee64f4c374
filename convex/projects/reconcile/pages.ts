/** The pages of a sweep and their order, as pure decisions. */
import { v, type Infer } from "convex/values";
import { sweepKind, sweepStep, type SweepKind, type SweepStep } from "../tables";

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
  // Ms since the epoch; leases that end before have expired. The same for all pages: Convex takes a
  // cursor for the very query that it came from, bounds included.
  leasedUntil: v.number(),
  force: v.optional(v.boolean()),
  daytonaDown: v.optional(v.boolean()), // Daytona does not answer, and is not called again
});
export type SweepPage = Infer<typeof sweepPage>;

/** How a page ended. */
export const pageResult = v.object({
  next: v.nullable(v.string()), // where the next page begins; null after the last
  incomplete: v.optional(v.boolean()), // there was no time for all of this page
  daytonaDown: v.optional(v.boolean()), // Daytona does not answer
});
export type PageResult = Infer<typeof pageResult>;

/** The first page of a sweep that begins at `now` (ms). */
export function firstPage(
  kind: SweepKind,
  token: string,
  { now, force = false }: { now: number; force?: boolean | undefined },
): SweepPage {
  const page = { kind, token, step: STEPS[kind][0], cursor: null };
  return force ? { ...page, leasedUntil: Infinity, force } : { ...page, leasedUntil: now };
}

/** The page that follows; null when the sweep is over. */
export function pageAfter(page: SweepPage, result: PageResult): SweepPage | null {
  const daytonaDown = page.daytonaDown ?? result.daytonaDown ?? false;
  const canRun = (step: SweepStep) => !daytonaDown || WITHOUT_DAYTONA.includes(step);
  const same = daytonaDown ? { ...page, daytonaDown } : page;
  if (result.incomplete) return same;
  if (result.next !== null && canRun(page.step)) return { ...same, cursor: result.next };
  const steps = STEPS[page.kind];
  const step = steps.slice(steps.indexOf(page.step) + 1).find(canRun);
  return step === undefined ? null : { ...same, step, cursor: null };
}
