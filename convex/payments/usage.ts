/** What a user uses of their plan, in one row, so that reading it costs the same however many projects there are. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";

/** How many projects a user has, and how many of them have a running sandbox, or are about to. */
export type Usage = Pick<Doc<"usage">, "projects" | "running">;

/** A user's present usage. */
export async function usageOf(ctx: QueryCtx, userId: Id<"users">): Promise<Usage> {
  return (await usageRow(ctx, userId)) ?? { projects: 0, running: 0 };
}

/** Adds to a user's usage, in the transaction that changes what is counted. The row goes with the last project. */
export async function addUsage(
  ctx: MutationCtx,
  userId: Id<"users">,
  change: Usage,
): Promise<void> {
  if (change.projects === 0 && change.running === 0) return;
  const row = await usageRow(ctx, userId);
  const { projects, running } = row ?? { projects: 0, running: 0 };
  const next = { projects: projects + change.projects, running: running + change.running };
  if (row === null) await ctx.db.insert("usage", { userId, ...next });
  else if (next.projects > 0) await ctx.db.patch("usage", row._id, next);
  else await ctx.db.delete("usage", row._id);
}

async function usageRow(ctx: QueryCtx, userId: Id<"users">): Promise<Doc<"usage"> | null> {
  return await ctx.db
    .query("usage")
    .withIndex("by_user", (q) => q.eq("userId", userId))
    .unique();
}
