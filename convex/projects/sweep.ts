/**
 * The sweep: whatever call failed and wherever the process died, it puts things right. Every few
 * minutes (`crons.ts`) it goes, in bounded pages that order each other, through
 *
 * - the projects that work, of which those whose lease has run out are taken up again or given up;
 * - the projects at rest whose sandboxes run, or whose operation was cut off: Daytona is asked about
 *   each by its id;
 * - Daytona's list of this deployment's sandboxes, of which those that are no project's are deleted.
 *
 * Removals of deleted people have a cron of their own (`auth/deletion.ts`), but for an impatient
 * sweep, which takes them up too.
 */
import { v, type ObjectType } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import {
  internalAction,
  internalMutation,
  internalQuery,
  type MutationCtx,
  type QueryCtx,
} from "../_generated/server";
import { isQuaverError } from "../lib/errors";
import { MAX_READ_BYTES } from "../lib/reading";
import { deploymentLabel, provision } from "./calls";
import { failedColumns, INTERRUPTED } from "./failures";
import { leaseFields, newLease } from "./lease";
import { patchProject } from "./store";
import { enqueueSessionEnd, sessionOf, takeOverTurn } from "./turns";
import { isAtRest, verdictOnWorking } from "./verdicts";

const PAGE_ROWS = 50;

const impatient = v.optional(v.boolean());
const cursor = v.nullable(v.string());
/** Projects at rest: in one status; or in any, under a lease that has run out. */
const restingSet = literals("ready", "stopped", "archived", "interrupted");

/**
 * Begins a sweep.
 *
 * With `impatient` it waits for nothing: every lease counts as run out, every sandbox as old enough.
 * For an operator (`npx convex run projects/sweep:run '{"impatient":true}'`) who knows that nothing
 * is under way, as after a crash. It is safe otherwise too, as whoever loses a lease writes nothing.
 */
export const run = internalMutation({
  args: { impatient },
  returns: v.null(),
  handler: async (ctx, args) => {
    const { working, resting } = internal.projects.sweep;
    for (const status of ["creating", "generating"] as const) {
      await ctx.scheduler.runAfter(0, working, { ...args, status, cursor: null });
    }
    for (const which of ["ready", "interrupted"] as const) {
      await ctx.scheduler.runAfter(0, resting, { ...args, which, cursor: null });
    }
    if (args.impatient) await ctx.scheduler.runAfter(0, internal.auth.deletion.pickUp, args);
    return null;
  },
});

/**
 * Begins the rest of it: the projects whose sandboxes don't run. There may be many, each is a call
 * to Daytona, and little becomes of them: once an hour is enough beside the webhook.
 */
export const runStopped = internalMutation({
  args: { impatient },
  returns: v.null(),
  handler: async (ctx, args) => {
    for (const which of ["stopped", "archived"] as const) {
      const page = { ...args, which, cursor: null };
      await ctx.scheduler.runAfter(0, internal.projects.sweep.resting, page);
    }
    return null;
  },
});

/**
 * One page of the projects that work. After the last that is `creating` come the orphans: a creation
 * that is given up may leave one, which this same sweep is to find.
 */
export const working = internalMutation({
  args: { status: literals("creating", "generating"), cursor, impatient },
  returns: v.null(),
  handler: async (ctx, args) => {
    const page = await ctx.db
      .query("projects")
      .withIndex("by_status", (q) => q.eq("status", args.status))
      .paginate(pageFrom(args.cursor));
    for (const project of page.page) await resolve(ctx, project, Date.now(), args.impatient);
    if (!page.isDone) {
      const next = { ...args, cursor: page.continueCursor };
      await ctx.scheduler.runAfter(0, internal.projects.sweep.working, next);
    } else if (args.status === "creating") {
      const first = { cursor: null, ...(args.impatient && { impatient: true }) };
      await ctx.scheduler.runAfter(0, internal.projects.sweep.orphans, first);
    }
    return null;
  },
});

function pageFrom(cursor: string | null) {
  return { cursor, numItems: PAGE_ROWS, maximumBytesRead: MAX_READ_BYTES };
}

async function resolve(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
  impatient?: boolean,
): Promise<void> {
  switch (verdictOnWorking(project, now, { impatient })) {
    case "leave":
      return;
    case "resume":
      if (!(await takeOverTurn(ctx, project, now))) await takeOverCreation(ctx, project, now);
      return;
    case "give up":
      await patchProject(ctx, project._id, failedColumns(project, INTERRUPTED, now));
      if (project.generation !== undefined) await enqueueSessionEnd(ctx, sessionOf(project));
  }
}

async function takeOverCreation(ctx: MutationCtx, project: Doc<"projects">, now: number) {
  const operation = newLease("provision", now);
  await patchProject(ctx, project._id, { operation });
  const lease = { projectId: project._id, token: operation.token };
  await ctx.scheduler.runAfter(0, internal.projects.sweep.resumeCreation, lease);
}

/** Takes up a creation where it was left: adopts what Daytona has, or makes it. */
export const resumeCreation = internalAction({
  args: leaseFields,
  returns: v.null(),
  handler: async (ctx, lease): Promise<null> => {
    try {
      await provision(ctx, lease);
    } catch (error) {
      // The project says so itself, to its owner.
      if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) throw error;
    }
    return null;
  },
});

/** One page of projects at rest. */
export const resting = internalAction({
  args: { which: restingSet, cursor, impatient },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    const { which, cursor, impatient } = args;
    const leasedUntil = impatient ? Infinity : Date.now();
    const page = { which, cursor, leasedUntil };
    const { sandboxIds, next } = await ctx.runQuery(internal.projects.sweep.restingPage, page);
    const looks = await ctx.runAction(internal.projects.survey.look, { sandboxIds });
    for (const look of looks) {
      const news = { ...look, isEvent: false, ...(impatient && { impatient }) };
      await ctx.runMutation(internal.projects.drift.apply, news);
    }
    if (next !== null) {
      await ctx.scheduler.runAfter(0, internal.projects.sweep.resting, { ...args, cursor: next });
    }
    return null;
  },
});

const restingPageArgs = { which: restingSet, cursor, leasedUntil: v.number() };

/**
 * The sandboxes of one page of projects, and where the next page begins; null after the last.
 * `leasedUntil`, in ms since the epoch: leases that end before have run out.
 */
export const restingPage = internalQuery({
  args: restingPageArgs,
  returns: v.object({ sandboxIds: v.array(v.string()), next: cursor }),
  handler: async (ctx, args) => {
    const { page, isDone, continueCursor } = await restingProjects(ctx, args);
    const resting = page.filter(({ status }) => isAtRest(status));
    const sandboxIds = resting.flatMap(({ sandboxId }) => sandboxId ?? []);
    return { sandboxIds, next: isDone ? null : continueCursor };
  },
});

async function restingProjects(
  ctx: QueryCtx,
  { which, cursor, leasedUntil }: ObjectType<typeof restingPageArgs>,
) {
  const projects = ctx.db.query("projects");
  const found =
    which === "interrupted"
      ? projects.withIndex("by_lease", (q) =>
          q.gt("operation.expiresAt", 0).lt("operation.expiresAt", leasedUntil),
        )
      : projects.withIndex("by_status", (q) => q.eq("status", which));
  return await found.paginate(pageFrom(cursor));
}

/** One page of Daytona's list. */
export const orphans = internalAction({
  args: { cursor, impatient },
  returns: v.null(),
  handler: async (ctx, args): Promise<null> => {
    const deployment = await deploymentLabel(ctx);
    const page = { ...args, deployment };
    const next = await ctx.runAction(internal.projects.survey.removeOrphans, page);
    if (next !== null) {
      await ctx.scheduler.runAfter(0, internal.projects.sweep.orphans, { ...args, cursor: next });
    }
    return null;
  },
});
