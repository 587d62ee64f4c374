/** The conversation of a project. */
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import type { Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { optionalUserQuery } from "../lib/functions";
import { boundedPage, emptyPage, takeWithin } from "../lib/reading";
import { findReadableProject } from "../projects/access";
import { messageDoc } from "./tables";

/** The most messages in `listByProject`; a longer conversation is read by `pageByProject`. */
const MAX_LISTED = 500;

/**
 * The newest 500 messages of a project (fewer when they are very large), oldest first. Empty
 * while signed out, for someone else's project, and for an id (part of a URL) that is no id.
 */
export const listByProject = optionalUserQuery({
  args: { projectId: v.string() },
  returns: v.array(messageDoc),
  handler: async (ctx, args) => {
    const project = await findReadableProject(ctx, args.projectId);
    if (project === null) return [];
    const newest = await takeWithin(newestFirst(ctx, project._id), { limit: MAX_LISTED });
    return newest.reverse();
  },
});

/** The messages of a project, newest first, in pages. Empty where `listByProject` is. */
export const pageByProject = optionalUserQuery({
  args: { projectId: v.string(), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(messageDoc),
  handler: async (ctx, args) => {
    const project = await findReadableProject(ctx, args.projectId);
    if (project === null) return emptyPage();
    return await newestFirst(ctx, project._id).paginate(boundedPage(args.paginationOpts));
  },
});

function newestFirst(ctx: QueryCtx, projectId: Id<"projects">) {
  return ctx.db
    .query("messages")
    .withIndex("by_project", (q) => q.eq("projectId", projectId))
    .order("desc");
}
