/** Finding messages. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";

/** The project's message with this client id; null when there is none, or no id. */
export async function findByClientMessageId(
  ctx: QueryCtx,
  projectId: Id<"projects">,
  clientMessageId: string | undefined,
): Promise<Doc<"messages"> | null> {
  if (clientMessageId === undefined) return null;
  return await ctx.db
    .query("messages")
    .withIndex("by_client_id", (q) =>
      q.eq("clientMessageId", clientMessageId).eq("projectId", projectId),
    )
    .unique();
}
