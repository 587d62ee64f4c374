/**
 * The only module that writes projects (held by lint): in the same transaction it keeps the count of its owner's
 * projects, and of those that run (`payments/usage.ts`).
 */
import type { WithoutSystemFields } from "convex/server";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { addUsage } from "../payments/usage";
import type { ProjectStatus } from "./tables";

/** Columns to write: those that are undefined are taken away. */
export type ProjectPatch = {
  [Column in keyof Doc<"projects">]?: undefined extends Doc<"projects">[Column]
    ? Doc<"projects">[Column] | undefined
    : Doc<"projects">[Column];
};

/** The statuses in which a project counts as running for the plan's limit. */
const COUNTED_AS_RUNNING: readonly ProjectStatus[] = ["creating", "generating", "ready"];

/** Stores a new project. */
export async function insertProject(
  ctx: MutationCtx,
  fields: WithoutSystemFields<Doc<"projects">>,
): Promise<Id<"projects">> {
  await addUsage(ctx, fields.userId, { projects: 1, running: running(fields.status) });
  return await ctx.db.insert("projects", fields);
}

/** The user's project with this client id; null when there is none, or no id. */
export async function findByClientProjectId(
  ctx: QueryCtx,
  userId: Id<"users">,
  clientProjectId: string | undefined,
): Promise<Doc<"projects"> | null> {
  if (clientProjectId === undefined) return null;
  return await ctx.db
    .query("projects")
    .withIndex("by_client_id", (q) => q.eq("clientProjectId", clientProjectId).eq("userId", userId))
    .unique();
}

/** Writes columns of a project that is there. */
export async function patchProject(
  ctx: MutationCtx,
  projectId: Id<"projects">,
  patch: Omit<ProjectPatch, "userId">,
): Promise<void> {
  if (patch.status !== undefined) {
    // As it is by now: this transaction may have written it since its caller read it.
    const stored = await ctx.db.get("projects", projectId);
    const change = running(patch.status) - (stored === null ? 0 : running(stored.status));
    if (stored !== null) await addUsage(ctx, stored.userId, { projects: 0, running: change });
  }
  await ctx.db.patch("projects", projectId, patch);
}

/** Deletes the row of a project that is there, and nothing else of it: `sandbox/removal.ts` has the rest. */
export async function deleteProject(ctx: MutationCtx, projectId: Id<"projects">): Promise<void> {
  const stored = await ctx.db.get("projects", projectId);
  if (stored === null) return;
  await addUsage(ctx, stored.userId, { projects: -1, running: -running(stored.status) });
  await ctx.db.delete("projects", projectId);
}

function running(status: ProjectStatus): 0 | 1 {
  return COUNTED_AS_RUNNING.includes(status) ? 1 : 0;
}
