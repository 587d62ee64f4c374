/** The table of messages, and the shapes that derive from it. */
import { literals, systemFields } from "convex-helpers/validators";
import { defineTable } from "convex/server";
import { v } from "convex/values";

/** A part of a message. Parts are in the order in which they were written. */
export const messagePart = v.union(
  v.object({ type: v.literal("text"), text: v.string() }),
  v.object({
    type: v.literal("reasoning"),
    text: v.string(),
    duration: v.optional(v.number()), // seconds, as the sender measured it
  }),
);

/** What the table stores. */
export const messageFields = v.object({
  projectId: v.id("projects"),
  role: literals("user", "assistant"),
  content: v.string(), // up to 100,000 characters
  parts: v.optional(v.array(messagePart)), // up to 200
  clientMessageId: v.optional(v.string()), // up to 128 characters, made by the sender
  // Ms since the epoch; the order of the conversation. An answer has the time at which its turn began. So has a prompt
  // that was queued, once it is not any more.
  createdAt: v.number(),
});

/** A whole message document, as the project's owner reads it. */
export const messageDoc = messageFields.extend(systemFields("messages"));

/** For the schema. */
export const messageTables = {
  /**
   * One row per message of a project's conversation.
   * Written by `insert`, and by the agent's turns (`turns/`). Read by the project's owner alone. Deleted with a prompt that
   * is withdrawn before the agent began on it, and in batches once the project is gone (`messages/removal.ts`).
   */
  messages: defineTable(messageFields)
    // The conversation, in its order.
    .index("by_project", ["projectId", "createdAt"])
    // Was this message stored already? The client's id comes first: the other way round would
    // make `by_project` a prefix of this index.
    .index("by_client_id", ["clientMessageId", "projectId"]),
};
