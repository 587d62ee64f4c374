/**
 * The only module that writes projects and their leases (held by lint). In the same transaction it keeps the count of
 * the owner's projects, and of those that run (`payments/usage.ts`).
 */
import type { WithoutSystemFields } from "convex/server";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { addUsage } from "../payments/usage";
import { leaseOf, type NewLease } from "./lease";
import type { ProjectStatus } from "./tables";

/**
 * Columns to write: those that are undefined are taken away. `operation` is a lease to take, from whoever had one; or
 * undefined to give up the one that there is.
 */
export type ProjectPatch = {
  [Column in keyof Omit<Doc<"projects">, "operation">]?: undefined extends Doc<"projects">[Column]
    ? Doc<"projects">[Column] | undefined
    : Doc<"projects">[Column];
} & { operation?: NewLease | undefined };

/** The statuses in which a project counts as running for the plan's limit. */
const COUNTED_AS_RUNNING: readonly ProjectStatus[] = ["creating", "generating", "ready"];

/** Stores a new project; `operation` is a lease to take. */
export async function insertProject(
  ctx: MutationCtx,
  fields: Omit<WithoutSystemFields<Doc<"projects">>, "operation"> & { operation?: NewLease },
): Promise<Id<"projects">> {
  const { operation, ...columns } = fields;
  await addUsage(ctx, fields.userId, { projects: 1, running: running(fields.status) });
  const projectId = await ctx.db.insert("projects", columns);
  if (operation !== undefined) await patchProject(ctx, projectId, { operation });
  return projectId;
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
  if (!("operation" in patch)) {
    await ctx.db.patch("projects", projectId, patch);
    return;
  }
  await writeLease(ctx, projectId, patch.operation);
  const operation = patch.operation && {
    kind: patch.operation.kind,
    startedAt: patch.operation.startedAt,
  };
  await ctx.db.patch("projects", projectId, { ...patch, operation });
}

async function writeLease(
  ctx: MutationCtx,
  projectId: Id<"projects">,
  lease: NewLease | undefined,
): Promise<void> {
  const stored = await leaseOf(ctx, projectId);
  if (lease === undefined) {
    if (stored !== null) await ctx.db.delete("leases", stored._id);
    return;
  }
  const { kind, token, expiresAt } = lease;
  if (stored === null) await ctx.db.insert("leases", { projectId, kind, token, expiresAt });
  else await ctx.db.patch("leases", stored._id, { kind, token, expiresAt });
}

const ACTIVITY_MS = 60_000;

/**
 * Stores that something happened in a project at `now` (ms), to the minute: so that many messages in a row are one write
 * to what its owner watches.
 */
export async function touchProject(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<void> {
  if (now - project.lastActivityAt < ACTIVITY_MS) return;
  await ctx.db.patch("projects", project._id, { lastActivityAt: now });
}

/** Deletes the row of a project that is there, and its lease: `sandbox/removal.ts` has the rest. */
export async function deleteProject(ctx: MutationCtx, projectId: Id<"projects">): Promise<void> {
  const stored = await ctx.db.get("projects", projectId);
  if (stored === null) return;
  await addUsage(ctx, stored.userId, { projects: -1, running: -running(stored.status) });
  await writeLease(ctx, projectId, undefined);
  await ctx.db.delete("projects", projectId);
}

function running(status: ProjectStatus): 0 | 1 {
  return COUNTED_AS_RUNNING.includes(status) ? 1 : 0;
}
