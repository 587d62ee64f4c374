/** The session in a sandbox in which a turn's command runs. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel";

/** A session, and the sandbox that it is in. */
export const sessionFields = v.object({ sandboxId: v.string(), session: v.string() });
export type Session = Infer<typeof sessionFields>;

/** The name of a turn's session: each turn has its own, so that it can be started only once. */
export function sessionName(turnNumber: number): string {
  return `quaver-turn-${String(turnNumber)}`;
}

/** Is this the session of a running turn? */
export function isSessionOf(run: Doc<"turnRuns"> | null, { sandboxId, session }: Session): boolean {
  return run?.sandboxId === sandboxId && run.session === session;
}
