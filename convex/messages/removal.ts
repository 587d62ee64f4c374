/** Removing the messages of a project that is gone. */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalMutation } from "../_generated/server";
import { takeWithin } from "../lib/reading";

/** Messages removed per transaction, if they are small; far below Convex's 16,000 writes. */
const MESSAGES_PER_BATCH = 500;
/** Bytes of them, if they are large. Deleting reads each once more, so that twice as many count. */
const MAX_BATCH_BYTES = 3 * 1024 * 1024;

/** Removes some messages of a removed project, and schedules itself again while there are more. */
export const removeBatch = internalMutation({
  args: { projectId: v.id("projects") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const messages = ctx.db
      .query("messages")
      .withIndex("by_project", (q) => q.eq("projectId", args.projectId));
    const batch = await takeWithin(messages, {
      limit: MESSAGES_PER_BATCH,
      maxBytes: MAX_BATCH_BYTES,
    });
    for (const message of batch) await ctx.db.delete("messages", message._id);
    if (batch.length > 0)
      await ctx.scheduler.runAfter(0, internal.messages.removal.removeBatch, args);
    return null;
  },
});
