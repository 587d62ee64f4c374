/** Finding messages. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";

/** The project's message that its sender named so; null when there is none, or no name. */
export async function findByClientId(
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
