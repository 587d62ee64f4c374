/** Sandboxes that carry this deployment's labels and may belong to no project. */
import { v, type Infer } from "convex/values";
import { internal } from "../../_generated/api";
import type { Doc } from "../../_generated/dataModel";
import { internalMutation, internalQuery, type QueryCtx } from "../../_generated/server";
import { holdsLease, isLeased, leaseFields, newLease } from "../lease";
import { observation } from "../sandbox/results";
import { patchProject } from "../store";
import { decideOnOrphan, type ListedSandbox } from "./decisions";

const listedSandbox = v.object({
  id: v.string(),
  state: observation.fields.state,
  labels: v.object({ app: v.string(), deployment: v.string(), projectId: v.optional(v.string()) }),
  createdAt: v.nullable(v.number()),
});

const scope = { deployment: v.string(), force: v.optional(v.boolean()) };

/** Which of these listed sandboxes seem to be orphans. `now` is in ms since the epoch. */
export const findOrphanCandidates = internalQuery({
  args: { ...scope, sandboxes: v.array(listedSandbox), now: v.number() },
  returns: v.array(v.string()),
  handler: async (ctx, { sandboxes, ...circumstances }) => {
    const ids: string[] = [];
    for (const sandbox of sandboxes) {
      const project = await projectOf(ctx, sandbox);
      const leased = project !== null && (await isLeased(ctx, project, circumstances));
      const decision = decideOnOrphan(sandbox, project, { ...circumstances, leased });
      if (decision === "delete") ids.push(sandbox.id);
    }
    return ids;
  },
});

const claim = v.object({ isOrphan: v.boolean(), lease: v.optional(leaseFields) });

/**
 * Is this sandbox, just read from Daytona by its id, to be deleted? If its label names a project that exists, the
 * project's lease is taken, so that no retry takes a sandbox that is about to be deleted.
 */
export const claimOrphan = internalMutation({
  args: { ...scope, sandbox: listedSandbox },
  returns: claim,
  handler: async (ctx, { sandbox, ...circumstances }): Promise<Infer<typeof claim>> => {
    const now = Date.now();
    const project = await projectOf(ctx, sandbox);
    const leased = project !== null && (await isLeased(ctx, project, { ...circumstances, now }));
    const decision = decideOnOrphan(sandbox, project, { ...circumstances, now, leased });
    if (decision === "keep") return { isOrphan: false };
    if (project === null) return { isOrphan: true };
    const operation = newLease("cleanup", now);
    await patchProject(ctx, project._id, { operation });
    const lease = { projectId: project._id, token: operation.token };
    // If the process dies after the deletion, no further sweep finds this sandbox, nor frees the lease.
    const { releaseOrphanLease } = internal.projects.reconcile.orphans;
    await ctx.scheduler.runAt(operation.expiresAt, releaseOrphanLease, lease);
    return { isOrphan: true, lease };
  },
});

/** Gives up the lease that `claimOrphan` took, if it is still held. */
export const releaseOrphanLease = internalMutation({
  args: leaseFields,
  returns: v.null(),
  handler: async (ctx, { projectId, token }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project !== null && (await holdsLease(ctx, { projectId, token }))) {
      await patchProject(ctx, projectId, { operation: undefined });
    }
    return null;
  },
});

/** The project that a sandbox's label names, if there is one. */
async function projectOf(
  ctx: QueryCtx,
  { labels }: ListedSandbox,
): Promise<Doc<"projects"> | null> {
  const projectId = ctx.db.normalizeId("projects", labels.projectId ?? "");
  return projectId && (await ctx.db.get("projects", projectId));
}
