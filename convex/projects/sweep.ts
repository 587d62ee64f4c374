/**
 * The sweep: whatever call failed and wherever the process died, it puts things right. Every few
 * minutes (`crons.ts`) it goes, page by page, through
 *
 * - the projects that work, of which those whose lease has run out are taken up again or given up;
 * - the projects at rest whose sandboxes run, or whose operation was cut off: Daytona is asked about
 *   each by its id;
 * - Daytona's list of this deployment's sandboxes, of which those that are no project's are deleted.
 *
 * Convex runs few scheduled functions at a time, 8 on its smallest deployments, and the looks at
 * running turns need their places. So each page orders the next, one sweep of a kind is under way at a
 * time, a page ends in bounded time, and once Daytona does not answer, the rest of the sweep does not
 * ask (`lib/rounds.ts`).
 *
 * Removals of deleted people have a cron of their own (`auth/deletion.ts`), but for an impatient
 * sweep, which takes them up too.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import {
  internalAction,
  internalMutation,
  type ActionCtx,
  type MutationCtx,
} from "../_generated/server";
import { askAboutEach } from "../lib/rounds";
import { deploymentLabel } from "./calls";
import { firstPage, pageAfter, pageVisit, sweepPage } from "./sweepPages";
import type { PageVisit, SweepPage } from "./sweepPages";
import type { SweepKind } from "./tables";
import { resumeCreation } from "./takeovers";

/**
 * How long a page may take before its sweep counts as dead, so that the next may begin. Pages that look
 * take two minutes at the most (`survey.ts`); creations begin for one, and take four and a half each.
 */
const PAGE_LEASE_MS = 3 * 60_000;
const CREATIONS_LEASE_MS = 7 * 60_000;

const CREATIONS_AT_A_TIME = 5; // each occupies Node, which self-hosted runs 16 times side by side
const CREATIONS_BEGIN_MS = 60_000;

const impatience = { impatient: v.optional(v.boolean()) };

/**
 * Begins a sweep, unless one is under way.
 *
 * With `impatient` it waits for nothing: every lease counts as run out, every sandbox as old enough,
 * and a sweep that is under way goes no further. For an operator (`npx convex run projects/sweep:run
 * '{"impatient":true}'`) who knows that nothing is under way, as after a crash. It is safe otherwise
 * too, as whoever loses a lease writes nothing.
 */
export const run = internalMutation({
  args: impatience,
  returns: v.null(),
  handler: async (ctx, args) => {
    await begin(ctx, "running", args.impatient);
    if (args.impatient) await ctx.scheduler.runAfter(0, internal.auth.deletion.pickUp, args);
    return null;
  },
});

/**
 * Begins the rest of it: the projects whose sandboxes don't run. There may be many, each is a call
 * to Daytona, and little becomes of them: once an hour is enough beside the webhook.
 */
export const runStopped = internalMutation({
  args: impatience,
  returns: v.null(),
  handler: async (ctx, args) => {
    await begin(ctx, "stopped", args.impatient);
    return null;
  },
});

async function begin(ctx: MutationCtx, kind: SweepKind, impatient?: boolean): Promise<void> {
  const now = Date.now();
  const present = await presentSweep(ctx, kind);
  if (present !== null && present.expiresAt > now && !impatient) return;
  await order(ctx, firstPage(kind, crypto.randomUUID(), { now, impatient }), now);
}

async function presentSweep(ctx: MutationCtx, kind: SweepKind) {
  return await ctx.db
    .query("sweeps")
    .withIndex("by_kind", (q) => q.eq("kind", kind))
    .unique();
}

/** Orders a page, and notes that its sweep is under way. */
async function order(ctx: MutationCtx, page: SweepPage, now: number): Promise<void> {
  const { kind, token, step } = page;
  const leaseMs = step === "creating" ? CREATIONS_LEASE_MS : PAGE_LEASE_MS;
  const sweep = { kind, token, expiresAt: now + leaseMs };
  const present = await presentSweep(ctx, kind);
  if (present === null) await ctx.db.insert("sweeps", sweep);
  else await ctx.db.replace("sweeps", present._id, sweep);
  await ctx.scheduler.runAfter(0, internal.projects.sweep.visit, page);
}

/** One page. Whatever goes wrong with it keeps nothing else from being swept. */
export const visit = internalAction({
  args: sweepPage,
  returns: v.null(),
  handler: async (ctx, page): Promise<null> => {
    const visited = await visitPage(ctx, page).catch((error: unknown): PageVisit => {
      console.error(`The sweep could not finish a page (${page.step}). ${String(error)}`);
      return { next: null };
    });
    await ctx.runMutation(internal.projects.sweep.goOn, { page, visited });
    return null;
  },
});

/** Orders the page that follows, unless another sweep has begun meanwhile. */
export const goOn = internalMutation({
  args: { page: sweepPage, visited: pageVisit },
  returns: v.null(),
  handler: async (ctx, { page, visited }) => {
    const present = await presentSweep(ctx, page.kind);
    if (present?.token !== page.token) return null;
    const next = pageAfter(page, visited);
    if (next === null) await ctx.db.delete("sweeps", present._id);
    else await order(ctx, next, Date.now());
    return null;
  },
});

async function visitPage(ctx: ActionCtx, page: SweepPage): Promise<PageVisit> {
  switch (page.step) {
    case "generating":
    case "creating":
      return await visitWorking(ctx, page, page.step);
    case "ready":
    case "interrupted":
    case "stopped":
    case "archived":
      return await visitResting(ctx, page, page.step);
    case "orphans":
      return await visitOrphans(ctx, page);
  }
}

async function visitWorking(
  ctx: ActionCtx,
  { cursor, impatient, away }: SweepPage,
  status: "creating" | "generating",
): Promise<PageVisit> {
  const patience = impatient ? { impatient } : {};
  const page = { status, cursor, ...patience };
  const { due, next } = await ctx.runMutation(internal.projects.takeovers.workingPage, page);
  if (away) return { next };
  const end = await askAboutEach(
    due,
    { atATime: CREATIONS_AT_A_TIME, timeMs: CREATIONS_BEGIN_MS },
    (projectId) => resumeCreation(ctx, { projectId, ...patience }),
  );
  // Those that were taken up are not due any more: the same page again is the rest.
  return {
    next,
    ...(end === "out of time" && { again: true }),
    ...(end === "away" && { away: true }),
  };
}

async function visitResting(
  ctx: ActionCtx,
  { cursor, leasedUntil, impatient }: SweepPage,
  which: "ready" | "interrupted" | "stopped" | "archived",
): Promise<PageVisit> {
  const page = { which, cursor, leasedUntil };
  const { sandboxIds, next } = await ctx.runQuery(internal.projects.drift.restingPage, page);
  if (sandboxIds.length === 0) return { next };
  const { looks, away } = await ctx.runAction(internal.projects.survey.look, { sandboxIds });
  for (const look of looks) {
    const news = { ...look, isEvent: false, ...(impatient && { impatient }) };
    await ctx.runMutation(internal.projects.drift.apply, news);
  }
  return { next, ...(away && { away }) };
}

async function visitOrphans(ctx: ActionCtx, { cursor, impatient }: SweepPage): Promise<PageVisit> {
  const deployment = await deploymentLabel(ctx);
  const page = { deployment, cursor, ...(impatient && { impatient }) };
  return await ctx.runAction(internal.projects.survey.removeOrphans, page);
}
