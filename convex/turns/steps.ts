/** The steps of a turn, as they are stored. */
import type { Doc, Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";

/** How many steps a turn may have; later ones are dropped. */
export const MAX_STEPS = 200;

/** A turn's steps, in the order in which they began. */
export async function stepsOf(ctx: QueryCtx, turnId: Id<"turns">): Promise<Doc<"turnSteps">[]> {
  return await ctx.db
    .query("turnSteps")
    .withIndex("by_turn", (q) => q.eq("turnId", turnId))
    .take(MAX_STEPS);
}
