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
  if (project === null) throw quaverError("NOT_FOUND", { message: "Project not found." });
  return project;
}

/**
 * The project that a part of a URL names, for a query that signed-out users may call; null where there is none that is
 * the caller's, and for what is no id.
 */
export async function findReadableProject(
  ctx: Pick<QueryCtx, "db"> & { user: Doc<"users"> | null },
  projectId: string,
): Promise<Doc<"projects"> | null> {
  const { db, user } = ctx;
  const id = db.normalizeId("projects", projectId);
  return user && id && (await findOwnedProject({ db, user }, id));
}
