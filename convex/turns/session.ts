/** The session in a sandbox in which a turn's command runs. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel";

/** A session, and the sandbox that it is in. */
export const sessionFields = v.object({ sandboxId: v.string(), session: v.string() });
export type Session = Infer<typeof sessionFields>;

/** Is no turn running in a session (any more)? */
export function isSessionOver(
  project: Doc<"projects"> | null,
  { sandboxId, session }: Session,
): boolean {
  const running = project?.turnProgress === undefined ? null : sessionOf(project);
  return running?.sandboxId !== sandboxId || running.session !== session;
}

/** Where a project's turn runs, or its last one ran; null when there has been none. */
export function sessionOf({ sandboxId, turn }: Doc<"projects">): Session | null {
  if (sandboxId === undefined || turn === undefined) return null;
  // Named for the turn, so that a turn can be started only once.
  return { sandboxId, session: `quaver-turn-${String(turn.number)}` };
}
