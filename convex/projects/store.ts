/**
 * The only place that writes projects (`bun run lint` holds everyone to it): how many a person has,
 * and how many of them run, is kept beside them in the same transaction. Reading it costs one row,
 * however many there are.
 */
import type { WithoutSystemFields } from "convex/server";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import type { ProjectStatus } from "./tables";

/** Columns to write: those that are undefined are taken away. */
export type ProjectPatch = {
  [Column in keyof Doc<"projects">]?: undefined extends Doc<"projects">[Column]
    ? Doc<"projects">[Column] | undefined
    : Doc<"projects">[Column];
};

/** How many projects a person has, and how many of them take up a running machine. */
type ProjectCounts = Pick<Doc<"projectCounts">, "projects" | "running">;

/** The statuses in which a project takes up a running machine. */
const RUNNING: readonly ProjectStatus[] = ["creating", "generating", "ready"];

/** How many projects a person has. */
export async function projectCountsOf(ctx: QueryCtx, userId: Id<"users">): Promise<ProjectCounts> {
  return (await countsRow(ctx, userId)) ?? { projects: 0, running: 0 };
}

/** Stores a new project. */
export async function insertProject(
  ctx: MutationCtx,
  fields: WithoutSystemFields<Doc<"projects">>,
): Promise<Id<"projects">> {
  await count(ctx, fields.userId, { projects: 1, running: running(fields.status) });
  return await ctx.db.insert("projects", fields);
}

/** The person's project that its sender named so; null when there is none, or no name. */
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
    if (stored !== null) await count(ctx, stored.userId, { projects: 0, running: change });
  }
  await ctx.db.patch("projects", projectId, patch);
}

/** Deletes the row of a project that is there, and nothing else of it: `removal.ts` has the rest. */
export async function deleteProject(ctx: MutationCtx, projectId: Id<"projects">): Promise<void> {
  const stored = await ctx.db.get("projects", projectId);
  if (stored === null) return;
  await count(ctx, stored.userId, { projects: -1, running: -running(stored.status) });
  await ctx.db.delete("projects", projectId);
}

function running(status: ProjectStatus): 0 | 1 {
  return RUNNING.includes(status) ? 1 : 0;
}

async function countsRow(ctx: QueryCtx, userId: Id<"users">): Promise<Doc<"projectCounts"> | null> {
  return await ctx.db
    .query("projectCounts")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
}

/** Counts a change; the row goes with the last project. */
async function count(ctx: MutationCtx, userId: Id<"users">, change: ProjectCounts): Promise<void> {
  if (change.projects === 0 && change.running === 0) return;
  const row = await countsRow(ctx, userId);
  const { projects, running } = row ?? { projects: 0, running: 0 };
  const next = { projects: projects + change.projects, running: running + change.running };
  if (row === null) await ctx.db.insert("projectCounts", { userId, ...next });
  else if (next.projects > 0) await ctx.db.patch("projectCounts", row._id, next);
  else await ctx.db.delete("projectCounts", row._id);
}
