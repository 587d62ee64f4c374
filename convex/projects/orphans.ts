/** Sandboxes that carry this deployment's labels and may be no project's. */
import { v, type Infer } from "convex/values";
import { internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, internalQuery, type QueryCtx } from "../_generated/server";
import { holdsLease, leaseFields, newLease } from "./lease";
import { sandboxLook } from "./outcomes";
import { patchProject } from "./store";
import { verdictOnSandbox, type ListedSandbox } from "./verdicts";

const listedSandbox = v.object({
  id: v.string(),
  state: sandboxLook.fields.state,
  labels: v.object({ app: v.string(), deployment: v.string(), projectId: v.optional(v.string()) }),
  createdAt: v.nullable(v.number()),
});

const scope = { deployment: v.string(), impatient: v.optional(v.boolean()) };

/** Which of these sandboxes to look at more closely. `now` is in ms since the epoch. */
export const suspects = internalQuery({
  args: { ...scope, sandboxes: v.array(listedSandbox), now: v.number() },
  returns: v.array(v.string()),
  handler: async (ctx, { sandboxes, ...circumstances }) => {
    const ids: string[] = [];
    for (const sandbox of sandboxes) {
      const project = await projectOf(ctx, sandbox);
      if (verdictOnSandbox(sandbox, project, circumstances) === "delete") ids.push(sandbox.id);
    }
    return ids;
  },
});

const claimed = v.object({ ours: v.boolean(), lease: v.optional(leaseFields) });

/**
 * Is this sandbox to be deleted, now that it has been looked at? If it names a project that is
 * there, its lease is taken, so that no retry adopts what is about to go.
 */
export const claim = internalMutation({
  args: { ...scope, sandbox: listedSandbox },
  returns: claimed,
  handler: async (ctx, { sandbox, ...circumstances }): Promise<Infer<typeof claimed>> => {
    const now = Date.now();
    const project = await projectOf(ctx, sandbox);
    const verdict = verdictOnSandbox(sandbox, project, { ...circumstances, now });
    if (verdict === "keep") return { ours: false };
    if (project === null) return { ours: true };
    const operation = newLease("cleanup", now);
    await patchProject(ctx, project._id, { operation });
    const lease = { projectId: project._id, token: operation.token };
    // If whoever deletes it dies: the sandbox may be gone, and then no sweep comes by here again.
    await ctx.scheduler.runAt(operation.expiresAt, internal.projects.orphans.release, lease);
    return { ours: true, lease };
  },
});

/** Gives the lease of `claim` back, if it is still held. */
export const release = internalMutation({
  args: leaseFields,
  returns: v.null(),
  handler: async (ctx, { projectId, token }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project !== null && holdsLease(project, token)) {
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
