/** Finding turns. Whoever owns the project owns its turns: someone else's is answered exactly as a missing one. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { findOwnedProject } from "../projects/access";

/** A context whose builder has found the caller. */
type UserCtx = Pick<QueryCtx, "db"> & { user: Doc<"users"> };

/** A turn of the caller's, or null when there is none with this id that is theirs. */
export async function findOwnedTurn(
  ctx: UserCtx,
  turnId: Id<"turns">,
): Promise<{ turn: Doc<"turns">; project: Doc<"projects"> } | null> {
  const turn = await ctx.db.get("turns", turnId);
  const project = turn && (await findOwnedProject(ctx, turn.projectId));
  return turn && project && { turn, project };
}

/**
 * A turn of the caller's, and its project.
 *
 * @throws `NOT_FOUND` when there is none with this id that is theirs
 */
export async function ownedTurn(
  ctx: UserCtx,
  turnId: Id<"turns">,
): Promise<{ turn: Doc<"turns">; project: Doc<"projects"> }> {
  const found = await findOwnedTurn(ctx, turnId);
  if (found === null) throw quaverError("NOT_FOUND", { message: "Turn not found." });
  return found;
}
