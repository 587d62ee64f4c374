/**
 * Pushed beside the app's own functions (`measure.ts` puts it into `convex/`): inserts a conversation, and marks the
 * function log.
 */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../../../convex/_generated/server.js";

const CONTENT = "Make the blocks fall a little faster, and show the next one. ".repeat(5);

/** Turns that are over, each with its prompt and its answer, of some 300 characters each; numbered from `first` on. */
export const addTurns = internalMutation({
  args: { projectId: v.id("projects"), first: v.number(), count: v.number() },
  returns: v.null(),
  handler: async ({ db }, { projectId, first, count }) => {
    for (let number = first; number < first + count; number++) {
      const at = Date.now() - 1_000_000 + number; // earlier than what is measured
      const message = { projectId, content: CONTENT, createdAt: at };
      const promptMessageId = await db.insert("messages", { ...message, role: "user" });
      const answerMessageId = await db.insert("messages", { ...message, role: "assistant" });
      const messages = { promptMessageId, answerMessageId };
      const times = { createdAt: at, startedAt: at, endedAt: at };
      await db.insert("turns", { projectId, number, status: "done", ...messages, ...times });
    }
    return null;
  },
});

/** Does nothing; its execution is found in the function log. */
export const mark = internalQuery({ args: {}, returns: v.null(), handler: () => null });
