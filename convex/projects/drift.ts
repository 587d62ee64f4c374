/** Finding out, and writing down, what became of sandboxes without anyone here asking for it. */
import { v, type ObjectType } from "convex/values";
import { literals } from "convex-helpers/validators";
import type { Doc } from "../_generated/dataModel";
import {
  internalMutation,
  internalQuery,
  type MutationCtx,
  type QueryCtx,
} from "../_generated/server";
import { sweptRows } from "../lib/reading";
import { failedColumns } from "./failures";
import { isLeased } from "./lease";
import { statusAfter } from "./lifecycle";
import { sandboxLook, type SandboxLook } from "./outcomes";
import { enqueueRecheck } from "./recheck";
import { patchProject, type ProjectPatch } from "./store";
import { driftOf, isAtRest, isOnItsWay, type Drift } from "./verdicts";

const restingPageArgs = {
  /** Projects at rest: in one status; or in any, under a lease that has run out. */
  which: literals("ready", "stopped", "archived", "interrupted"),
  cursor: v.nullable(v.string()),
  leasedUntil: v.number(), // ms since the epoch: leases that end before have run out
};

/** The sandboxes of one page of projects at rest, and where the next page begins; null after the last. */
export const restingPage = internalQuery({
  args: restingPageArgs,
  returns: v.object({ sandboxIds: v.array(v.string()), next: v.nullable(v.string()) }),
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
  return await found.paginate(sweptRows(cursor));
}

/**
 * Applies news of a sandbox, by Daytona's webhook (an `event`) or by the sweep's own look at it, as
 * of its own time. Nothing is written for a sandbox that is no project's, for a project that somebody
 * is working on (who will write what came of it), and when something newer is known.
 *
 * @returns whether the project says something else now
 */
export const apply = internalMutation({
  args: {
    sandboxId: v.string(),
    look: sandboxLook,
    isEvent: v.boolean(),
    impatient: v.optional(v.boolean()),
  },
  returns: literals("changed", "unchanged"),
  handler: (ctx, args) => applyLook(ctx, args, Date.now()),
});

type News = { sandboxId: string; look: SandboxLook; isEvent: boolean; impatient?: boolean };

async function applyLook(
  ctx: MutationCtx,
  { sandboxId, look, isEvent, impatient }: News,
  now: number,
) {
  const project = await ctx.db
    .query("projects")
    .withIndex("by_sandbox_id", (q) => q.eq("sandboxId", sandboxId))
    .unique();
  if (project === null || !isAtRest(project.status)) return "unchanged";
  if (isLeased(project, now, impatient)) return "unchanged";
  if (look.at <= (project.sandboxSeenAt ?? -Infinity)) return "unchanged";
  const drift = driftOf(project.status, look.state);
  // An event that changes nothing is remembered all the same: an older one may come after it.
  if (drift === null && !isEvent && project.operation === undefined) return "unchanged";
  await patchProject(ctx, project._id, driftedColumns(project, drift, look, now));
  // What was cut off may still come to pass, and nobody would look at a project that says "stopped" for long.
  if (isOnItsWay(look.state)) await enqueueRecheck(ctx, sandboxId);
  return drift === null ? "unchanged" : "changed";
}

/** A lease that has run out goes too: whoever held it is not coming back. */
function driftedColumns(
  project: Doc<"projects">,
  drift: Drift,
  look: SandboxLook,
  now: number,
): ProjectPatch {
  if (drift === null) return { operation: undefined, sandboxSeenAt: look.at };
  const columns =
    "failure" in drift
      ? failedColumns(project, drift.failure, now)
      : statusAfter(project.status, drift.events, now);
  return { operation: undefined, sandboxSeenAt: look.at, ...columns };
}
