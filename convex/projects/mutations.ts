/** What a user does to a project without waiting for its sandbox. */
import { v } from "convex/values";
import { userMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { ownedProject } from "./access";
import { checkName } from "./checks";
import { removeProject } from "./sandbox/removal";
import { patchProject } from "./store";

/**
 * Gives a project another name (1–100 characters after trimming).
 *
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT`, `RATE_LIMITED`
 */
export const rename = userMutation({
  args: { projectId: v.id("projects"), name: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    const name = checkName(args.name);
    await checkRateLimit(ctx, "editProject", ctx.user._id);
    await patchProject(ctx, project._id, { name });
    return null;
  },
});

/**
 * Removes a project, in any state. It is gone when this returns; its messages and its sandbox
 * follow by themselves.
 *
 * @throws `NOT_FOUND`, `RATE_LIMITED`
 */
export const remove = userMutation({
  args: { projectId: v.id("projects") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    await checkRateLimit(ctx, "editProject", ctx.user._id);
    await removeProject(ctx, project);
    return null;
  },
});
