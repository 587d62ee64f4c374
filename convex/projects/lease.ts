/** The lease of a project (`operation` in `tables.ts`), as pure decisions. */
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";
import { quaverError } from "../lib/errors";
import type { Operation, OperationKind } from "./tables";

/** What the holder of a lease gets, and passes again when it finishes. */
export const leaseFields = v.object({ projectId: v.id("projects"), token: v.string() });
export type Lease = Infer<typeof leaseFields>;

type Leased = Pick<Doc<"projects">, "operation">;

/**
 * How long each operation may take before its holder counts as dead. @quaver/sandbox gives up after
 * 90 s; the rest is for starting Node, and for a slow commit. Creating a sandbox may delete a
 * broken one first. A turn's lease is renewed by each poll, seconds apart.
 */
const LEASE_MS: Record<OperationKind, number> = {
  create: 6 * 60_000,
  start: 3 * 60_000,
  stop: 3 * 60_000,
  archive: 3 * 60_000,
  turn: 3 * 60_000,
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
 * Does the holder of this token still hold the project's lease? An expired one that no other operation
 * has taken is still held: nothing else has begun.
 */
export function holdsLease(project: Leased, token: string): boolean {
  return project.operation?.token === token;
}

/**
 * Is an operation under way on the project at `now` (ms)?
 *
 * @param force - respect no lease: for when it is known that nothing runs
 */
export function isLeased(project: Leased, now: number, force = false): boolean {
  return !force && project.operation !== undefined && project.operation.expiresAt > now;
}

/**
 * @param details - further details of the refusal
 * @throws `OPERATION_IN_PROGRESS` while an operation is under way
 */
export function checkLeaseFree(
  { operation }: Leased,
  now: number,
  details: { projectId?: Id<"projects"> } = {},
): void {
  if (operation === undefined || operation.expiresAt <= now) return;
  throw quaverError("OPERATION_IN_PROGRESS", { operation: operation.kind, ...details });
}
