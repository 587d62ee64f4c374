/** A user's projects. */
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { userQuery, optionalUserQuery } from "../lib/functions";
import { MAX_PROJECTS } from "../lib/limits";
import { boundedPage, emptyPage, takeWithin } from "../lib/reading";
import { findOwnedProject } from "./access";
import { publicProject, type PublicProject } from "./tables";

const MAX_LISTED = MAX_PROJECTS.pro; // no plan allows more

/** The caller's projects, by last activity, at most 200. Empty while signed out. */
export const listForCurrentUser = optionalUserQuery({
  args: {},
  returns: v.array(publicProject),
  handler: async (ctx) => {
    if (ctx.user === null) return [];
    const projects = await takeWithin(projectsOf(ctx, ctx.user), { limit: MAX_LISTED });
    return projects.map(toPublic);
  },
});

/** The caller's projects, by last activity, in pages. Empty while signed out. */
export const pageForCurrentUser = optionalUserQuery({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(publicProject),
  handler: async (ctx, args) => {
    if (ctx.user === null) return emptyPage();
    const result = await projectsOf(ctx, ctx.user).paginate(boundedPage(args.paginationOpts));
    return { ...result, page: result.page.map(toPublic) };
  },
});

/** One project of the caller's; null when there is none, or the id (part of a URL) is no id. */
export const getById = userQuery({
  args: { projectId: v.string() },
  returns: v.nullable(publicProject),
  handler: async (ctx, args) => {
    const projectId = ctx.db.normalizeId("projects", args.projectId);
    const project = projectId && (await findOwnedProject(ctx, projectId));
    return project && toPublic(project);
  },
});

/** The caller's project that this sandbox belongs to; null when there is none. */
export const getBySandboxId = userQuery({
  args: { sandboxId: v.string() },
  returns: v.nullable(publicProject),
  handler: async (ctx, args) => {
    const project = await ctx.db
      .query("projects")
      .withIndex("by_sandbox_id", (q) => q.eq("sandboxId", args.sandboxId))
      .unique();
    return project?.userId === ctx.user._id ? toPublic(project) : null;
  },
});

function projectsOf(ctx: QueryCtx, user: Doc<"users">) {
  return ctx.db
    .query("projects")
    .withIndex("by_user", (q) => q.eq("userId", user._id))
    .order("desc");
}

/** What the owner sees of a project: all but the bookkeeping. */
function toPublic({
  sandboxSeenAt: _seenAt,
  clientProjectId: _clientId,
  ...project
}: Doc<"projects">): PublicProject {
  return project;
}
