/** The lease of a project, as pure decisions; see `operation` in `tables.ts`. */
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";
import { quaverError } from "../lib/errors";
import type { Operation, OperationKind } from "./tables";

/** What the holder of a lease is given, and shows again when it is done. */
export const leaseFields = v.object({ projectId: v.id("projects"), token: v.string() });
/** See `leaseFields`. */
export type Lease = Infer<typeof leaseFields>;

type Leased = Pick<Doc<"projects">, "operation">;

/**
 * How long each operation may take before its holder counts as dead. @quaver/sandbox gives up after
 * 90 s; the rest is for starting Node, and for a slow commit. Providing a sandbox may delete a
 * broken one first. A turn's lease is renewed each time that it is looked at, seconds apart.
 */
const LEASE_MS: Record<OperationKind, number> = {
  provision: 6 * 60_000,
  start: 3 * 60_000,
  stop: 3 * 60_000,
  archive: 3 * 60_000,
  generate: 3 * 60_000,
  cleanup: 3 * 60_000,
};

/** A new lease, from `now` (ms). The transaction that calls this must store it. */
export function newLease(kind: OperationKind, now: number): Operation {
  const token = crypto.randomUUID();
  return { kind, token, startedAt: now, expiresAt: now + LEASE_MS[kind] };
}

/** The same lease with its time begun again at `now` (ms). */
export function renewed(operation: Operation, now: number): Operation {
  return { ...operation, expiresAt: now + LEASE_MS[operation.kind] };
}

/**
 * Does the project's lease still belong to whoever was given this token? One that has run out but
 * has not been taken over does: nobody else has begun anything.
 */
export function holdsLease(project: Leased, token: string): boolean {
  return project.operation?.token === token;
}

/**
 * Is somebody working on the project at `now` (ms)?
 *
 * @param impatient - count no lease: for when it is known that nothing runs
 */
export function isLeased(project: Leased, now: number, impatient = false): boolean {
  return !impatient && project.operation !== undefined && project.operation.expiresAt > now;
}

/**
 * @param told - what the refusal tells besides
 * @throws `OPERATION_IN_PROGRESS` while somebody is working on the project
 */
export function checkLeaseFree(
  { operation }: Leased,
  now: number,
  told: { projectId?: Id<"projects"> } = {},
): void {
  if (operation === undefined || operation.expiresAt <= now) return;
  throw quaverError("OPERATION_IN_PROGRESS", { operation: operation.kind, ...told });
}
