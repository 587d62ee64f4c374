/** The lease of a project, as pure decisions; see `operation` in `tables.ts`. */
import type { Doc } from "../_generated/dataModel";
import type { OperationKind } from "./tables";

/** A new lease, from `now` (ms) for `durationMs`. The transaction that calls this must store it. */
export function newLease(
  kind: OperationKind,
  now: number,
  durationMs: number,
): NonNullable<Doc<"projects">["operation"]> {
  return { kind, token: crypto.randomUUID(), startedAt: now, expiresAt: now + durationMs };
}

/**
 * Does the project's lease still belong to whoever was given this token? One that has run out but
 * has not been taken over does: nobody else has begun anything.
 */
export function holdsLease(project: Doc<"projects">, token: string): boolean {
  return project.operation?.token === token;
}
