/** Writing how sandboxes changed without a request of ours: by Daytona itself, or in its dashboard. */
import { v, type ObjectType } from "convex/values";
import { getAll } from "convex-helpers/server/relationships";
import { literals } from "convex-helpers/validators";
import type { Doc } from "../../_generated/dataModel";
import { internalMutation, internalQuery, type QueryCtx } from "../../_generated/server";
import { sweptRows } from "../../lib/reading";
import { isLeased } from "../lease";
import { failedColumns, statusAfter } from "../lifecycle";
import { enqueueRecheck } from "../sandbox/recheck";
import { isChangingState, observation, type Observation } from "../sandbox/results";
import { patchProject, type ProjectPatch } from "../store";
import { driftOf, isAtRest, type Drift } from "./decisions";

const pageArgs = {
  /** Projects at rest: in one status; or in any, under a lease that has expired. */
  which: literals("ready", "stopped", "archived", "interrupted"),
  cursor: v.nullable(v.string()),
  leasedUntil: v.number(), // ms since the epoch: leases that end before have expired
};

/** The sandboxes of one page of projects at rest, and where the next page begins; null after the last. */
export const pageOfSandboxesAtRest = internalQuery({
  args: pageArgs,
  returns: v.object({ sandboxIds: v.array(v.string()), next: v.nullable(v.string()) }),
  handler: async (ctx, args) => {
    const { page, isDone, continueCursor } = await projectsAtRest(ctx, args);
    const atRest = page.filter(({ status }) => isAtRest(status));
    const sandboxIds = atRest.flatMap(({ sandboxId }) => sandboxId ?? []);
    return { sandboxIds, next: isDone ? null : continueCursor };
  },
});

async function projectsAtRest(
  ctx: QueryCtx,
  { which, cursor, leasedUntil }: ObjectType<typeof pageArgs>,
) {
  if (which !== "interrupted") {
    return await ctx.db
      .query("projects")
      .withIndex("by_status", (q) => q.eq("status", which))
      .paginate(sweptRows(cursor));
  }
  const leases = await ctx.db
    .query("leases")
    .withIndex("by_expiry", (q) => q.lt("expiresAt", leasedUntil))
    .paginate(sweptRows(cursor));
  const projects = await getAll(
    ctx.db,
    "projects",
    leases.page.map(({ projectId }) => projectId),
  );
  return { ...leases, page: projects.filter((project) => project !== null) };
}

/**
 * Applies an observation of a sandbox, from Daytona's webhook (`isEvent`) or a poll of the sweep, as of its own time.
 * Nothing is written for a sandbox of no project, for a project under a lease (its holder will write what came of the
 * operation), and when a later observation was applied.
 *
 * With `force` no lease is respected.
 */
export const applyObservation = internalMutation({
  args: {
    sandboxId: v.string(),
    observation,
    isEvent: v.boolean(),
    force: v.optional(v.boolean()),
  },
  returns: v.null(),
  handler: async (ctx, { sandboxId, observation, isEvent, force }) => {
    const now = Date.now();
    const project = await ctx.db
      .query("projects")
      .withIndex("by_sandbox_id", (q) => q.eq("sandboxId", sandboxId))
      .unique();
    if (project === null || !isAtRest(project.status)) return null;
    if (await isLeased(ctx, project, { now, force })) return null;
    if (observation.at <= (project.sandboxSeenAt ?? -Infinity)) return null;
    const drift = driftOf(project.status, observation.state);
    // The time of an event without drift is stored all the same: an older event may come after it.
    if (drift === null && !isEvent && project.operation === undefined) return null;
    await patchProject(ctx, project._id, observedColumns(project, drift, observation, now));
    // An operation that was cut off may still take effect, and a stopped project is not polled for long.
    if (isChangingState(observation.state)) await enqueueRecheck(ctx, sandboxId);
    return null;
  },
});

/** A lease that has expired is removed too. */
function observedColumns(
  project: Doc<"projects">,
  drift: Drift,
  { at: sandboxSeenAt }: Observation,
  now: number,
): ProjectPatch {
  if (drift === null) return { operation: undefined, sandboxSeenAt };
  const columns =
    "failure" in drift
      ? failedColumns(project, drift.failure, now)
      : statusAfter(project.status, drift.events, now);
  return { operation: undefined, sandboxSeenAt, ...columns };
}
