/**
 * The lease of a project: one operation at a time, and only its holder writes what comes of it. It is taken, and given up,
 * with the project's `operation`, by `patchProject` (`projects/store.ts`).
 */
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import type { OperationKind } from "./tables";

/** What the holder of a lease gets, and passes again when it finishes. */
export const leaseFields = v.object({ projectId: v.id("projects"), token: v.string() });
export type Lease = Infer<typeof leaseFields>;

/** A lease that is about to be taken. */
export interface NewLease {
  kind: OperationKind;
  token: string;
  startedAt: number;
  expiresAt: number;
}

/**
 * How long each operation may take before its holder counts as dead. @quaver/sandbox gives up after
 * 90 s; the rest is for starting Node, and for a slow commit. Creating a sandbox may delete a
 * broken one first. A turn's polls, seconds apart, renew its lease once a minute.
 */
const LEASE_MS: Record<OperationKind, number> = {
  create: 6 * 60_000,
  start: 3 * 60_000,
  stop: 3 * 60_000,
  archive: 3 * 60_000,
  turn: 3 * 60_000,
  cleanup: 3 * 60_000,
};

const RENEW_AFTER_MS = 60_000;

/** A new lease, from `now` (ms). The transaction that calls this must write it, as the project's `operation`. */
export function newLease(kind: OperationKind, now: number): NewLease {
  return { kind, token: crypto.randomUUID(), startedAt: now, expiresAt: now + LEASE_MS[kind] };
}

/** The project's lease, also one that has expired; null when no operation is under way. */
export async function leaseOf(
  ctx: QueryCtx,
  projectId: Id<"projects">,
): Promise<Doc<"leases"> | null> {
  return await ctx.db
    .query("leases")
    .withIndex("by_project", (q) => q.eq("projectId", projectId))
    .unique();
}

/**
 * Does the holder of this token still hold the project's lease? An expired one that no other operation
 * has taken is still held: nothing else has begun.
 */
export async function holdsLease(ctx: QueryCtx, { projectId, token }: Lease): Promise<boolean> {
  return (await leaseOf(ctx, projectId))?.token === token;
}

/** Begins the time of a lease that is held again at `now` (ms); not every time, as that is a write. */
export async function renewLease(ctx: MutationCtx, lease: Lease, now: number): Promise<void> {
  const stored = await leaseOf(ctx, lease.projectId);
  if (stored?.token !== lease.token) return;
  const expiresAt = now + LEASE_MS[stored.kind];
  if (expiresAt - stored.expiresAt < RENEW_AFTER_MS) return;
  await ctx.db.patch("leases", stored._id, { expiresAt });
}

/**
 * Is an operation under way on the project at `now` (ms)?
 *
 * @param force - respect no lease: for when it is known that nothing runs
 */
export async function isLeased(
  ctx: QueryCtx,
  { _id, operation }: Doc<"projects">,
  { now, force = false }: { now: number; force?: boolean | undefined },
): Promise<boolean> {
  if (force || operation === undefined) return false;
  const lease = await leaseOf(ctx, _id);
  return lease !== null && lease.expiresAt > now;
}

/**
 * @param details - further details of the refusal
 * @throws `OPERATION_IN_PROGRESS` while an operation is under way
 */
export async function checkLeaseFree(
  ctx: QueryCtx,
  project: Doc<"projects">,
  now: number,
  details: { projectId?: Id<"projects"> } = {},
): Promise<void> {
  const { operation } = project;
  if (operation === undefined || !(await isLeased(ctx, project, { now }))) return;
  throw quaverError("OPERATION_IN_PROGRESS", { operation: operation.kind, ...details });
}
