/** Adding to the conversation of a project. */
import { v } from "convex/values";
import { userMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { ownedProject } from "../projects/access";
import { touchProject } from "../projects/store";
import { checkMessage } from "./checks";
import { findByClientMessageId } from "./store";
import { messageFields } from "./tables";

/**
 * Stores a message. With a `clientMessageId` that the project has already, nothing is written
 * and the first message's id is returned, so that a sender may try again.
 *
 * @returns the message's id
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT`, `RATE_LIMITED`
 */
export const insert = userMutation({
  args: messageFields.omit("createdAt").fields,
  returns: v.id("messages"),
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    const message = checkMessage({ ...args, createdAt: Date.now() });
    const stored = await findByClientMessageId(ctx, project._id, message.clientMessageId);
    if (stored !== null) return stored._id;
    await checkRateLimit(ctx, "insertMessage", ctx.user._id);
    await touchProject(ctx, project, message.createdAt);
    return await ctx.db.insert("messages", message);
  },
});
