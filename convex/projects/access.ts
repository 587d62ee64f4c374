/** Ownership of projects: someone else's is answered exactly as a missing one. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";

/** A context whose builder has found the caller. */
type UserCtx = Pick<QueryCtx, "db"> & { user: Doc<"users"> };

/** The caller's own project, or null when there is none with this id that is theirs. */
export async function findOwnedProject(
  ctx: UserCtx,
  projectId: Id<"projects">,
): Promise<Doc<"projects"> | null> {
  const project = await ctx.db.get("projects", projectId);
  return project?.userId === ctx.user._id ? project : null;
}

/**
 * The caller's own project.
 *
 * @throws `NOT_FOUND` when there is none with this id that is theirs
 */
export async function ownedProject(
  ctx: UserCtx,
  projectId: Id<"projects">,
): Promise<Doc<"projects">> {
  const project = await findOwnedProject(ctx, projectId);
  if (project === null) throw quaverError("NOT_FOUND", { message: "There is no such project." });
  return project;
}
