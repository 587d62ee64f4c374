/**
 * The sweep: whatever call failed and wherever the process died, it repairs what was left. Every few
 * minutes (`crons.ts`) it goes, page by page, through
 *
 * - the projects that work: those whose lease has expired are resumed or given up;
 * - the projects at rest whose sandboxes run, or whose operation was cut off: each sandbox's state is read from Daytona;
 * - Daytona's list of this deployment's sandboxes: those that belong to no project are deleted.
 *
 * Convex runs few scheduled functions at a time, 8 on its smallest deployments, and the polls of
 * running turns need their places. So each page schedules the next, one sweep of a kind runs at a
 * time, a page ends in bounded time, and once Daytona does not answer, the rest of the sweep makes no
 * calls (`forEachBounded.ts`).
 *
 * Removals of deleted users have a cron of their own (`auth/deletion.ts`). A forced sweep resumes them too.
 */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import {
  internalAction,
  internalMutation,
  type ActionCtx,
  type MutationCtx,
} from "../../_generated/server";
import { deploymentLabel } from "../sandbox/config";
import type { SweepKind } from "../tables";
import { forEachBounded } from "./forEachBounded";
import { firstPage, pageAfter, pageResult, sweepPage } from "./pages";
import type { PageResult, SweepPage } from "./pages";
import { resumeCreate } from "./resume";

/**
 * How long a page may take before its sweep counts as dead, so that the next may begin. Pages that poll
 * take two minutes at the most (`daytona.ts`); creations begin for one, and take four and a half each.
 */
const PAGE_LEASE_MS = 3 * 60_000;
const CREATIONS_LEASE_MS = 7 * 60_000;

const CREATIONS_AT_A_TIME = 5; // each occupies Node, which self-hosted runs 16 times side by side
const CREATIONS_BEGIN_MS = 60_000;

const force = v.optional(v.boolean());

/**
 * Begins a sweep, unless one is running.
 *
 * With `force` it waits for nothing: every lease counts as expired, every sandbox as old enough, and a
 * running sweep ends. For an operator (`npx convex run projects/reconcile/sweep:sweepRunning
 * '{"force":true}'`) who knows that nothing is under way, as after a crash. It is safe otherwise too,
 * as an operation that loses its lease writes nothing.
 */
export const sweepRunning = internalMutation({
  args: { force },
  returns: v.null(),
  handler: async (ctx, args) => {
    await beginSweep(ctx, "running", args.force);
    if (args.force) await ctx.scheduler.runAfter(0, internal.auth.deletion.resumeRemovals, args);
    return null;
  },
});

/**
 * Begins the rest of it: the projects whose sandboxes don't run. There may be many, each is a call to
 * Daytona, and they seldom change: once an hour is enough beside the webhook.
 */
export const sweepStopped = internalMutation({
  args: { force },
  returns: v.null(),
  handler: async (ctx, args) => {
    await beginSweep(ctx, "stopped", args.force);
    return null;
  },
});

async function beginSweep(ctx: MutationCtx, kind: SweepKind, force?: boolean): Promise<void> {
  const now = Date.now();
  const running = await runningSweep(ctx, kind);
  if (running !== null && running.expiresAt > now && !force) return;
  await schedulePage(ctx, firstPage(kind, crypto.randomUUID(), { now, force }), now);
}

async function runningSweep(ctx: MutationCtx, kind: SweepKind) {
  return await ctx.db
    .query("sweeps")
    .withIndex("by_kind", (q) => q.eq("kind", kind))
    .unique();
}

/** Schedules a page, and stores that its sweep is running. */
async function schedulePage(ctx: MutationCtx, page: SweepPage, now: number): Promise<void> {
  const { kind, token, step } = page;
  const leaseMs = step === "creating" ? CREATIONS_LEASE_MS : PAGE_LEASE_MS;
  const sweep = { kind, token, expiresAt: now + leaseMs };
  const running = await runningSweep(ctx, kind);
  if (running === null) await ctx.db.insert("sweeps", sweep);
  else await ctx.db.replace("sweeps", running._id, sweep);
  await ctx.scheduler.runAfter(0, internal.projects.reconcile.sweep.runPage, page);
}

/** One page. An error in it keeps nothing else from being swept. */
export const runPage = internalAction({
  args: sweepPage,
  returns: v.null(),
  handler: async (ctx, page): Promise<null> => {
    const result = await runStep(ctx, page).catch((error: unknown): PageResult => {
      console.error(`The sweep could not finish a page (${page.step}). ${String(error)}`);
      return { next: null };
    });
    await ctx.runMutation(internal.projects.reconcile.sweep.finishPage, { page, result });
    return null;
  },
});

async function runStep(ctx: ActionCtx, page: SweepPage): Promise<PageResult> {
  switch (page.step) {
    case "generating":
    case "creating":
      return await resumeWorking(ctx, page, page.step);
    case "ready":
    case "interrupted":
    case "stopped":
    case "archived":
      return await pollAtRest(ctx, page, page.step);
    case "orphans":
      return await deleteOrphans(ctx, page);
  }
}

async function resumeWorking(
  ctx: ActionCtx,
  { cursor, force, daytonaDown }: SweepPage,
  status: "creating" | "generating",
): Promise<PageResult> {
  const forced = force ? { force } : {};
  const page = { status, cursor, ...forced };
  const { creations, next } = await ctx.runMutation(
    internal.projects.reconcile.resume.resumePage,
    page,
  );
  if (daytonaDown) return { next };
  const end = await forEachBounded(
    creations,
    { concurrency: CREATIONS_AT_A_TIME, timeMs: CREATIONS_BEGIN_MS },
    (projectId) => resumeCreate(ctx, { projectId, ...forced }),
  );
  // Those that were resumed are not to be resumed again: the same page once more is the rest.
  return {
    next,
    ...(end === "out of time" && { incomplete: true }),
    ...(end === "down" && { daytonaDown: true }),
  };
}

async function pollAtRest(
  ctx: ActionCtx,
  { cursor, leasedUntil, force }: SweepPage,
  which: "ready" | "interrupted" | "stopped" | "archived",
): Promise<PageResult> {
  const { daytona, drift } = internal.projects.reconcile;
  const page = { which, cursor, leasedUntil };
  const { sandboxIds, next } = await ctx.runQuery(drift.pageOfSandboxesAtRest, page);
  if (sandboxIds.length === 0) return { next };
  const polled = await ctx.runAction(daytona.pollSandboxes, { sandboxIds });
  for (const observed of polled.observations) {
    const args = { ...observed, isEvent: false, ...(force && { force }) };
    await ctx.runMutation(drift.applyObservation, args);
  }
  return { next, ...(polled.daytonaDown && { daytonaDown: true }) };
}

async function deleteOrphans(ctx: ActionCtx, { cursor, force }: SweepPage): Promise<PageResult> {
  const deployment = await deploymentLabel(ctx);
  const page = { deployment, cursor, ...(force && { force }) };
  return await ctx.runAction(internal.projects.reconcile.daytona.deleteOrphans, page);
}

/** Schedules the page that follows, unless another sweep has begun meanwhile. */
export const finishPage = internalMutation({
  args: { page: sweepPage, result: pageResult },
  returns: v.null(),
  handler: async (ctx, { page, result }) => {
    const running = await runningSweep(ctx, page.kind);
    if (running?.token !== page.token) return null;
    const next = pageAfter(page, result);
    if (next === null) await ctx.db.delete("sweeps", running._id);
    else await schedulePage(ctx, next, Date.now());
    return null;
  },
});
