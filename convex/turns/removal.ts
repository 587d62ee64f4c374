/** Removing what a turn's agent said once its message has it, and the turns of a project that is gone, with their steps. */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { runOf } from "./turn";

/** Rows removed per transaction; far below Convex's 16,000 writes. A chunk has what two seconds of an agent are. */
const ROWS_PER_BATCH = 500;

/** Removes some chunks of a turn that has ended, and schedules itself again while there are more. */
export const removeOutput = internalMutation({
  args: { turnId: v.id("turns") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const removed = await removeRows(ctx, "turnOutput", args.turnId, ROWS_PER_BATCH);
    if (removed === ROWS_PER_BATCH)
      await ctx.scheduler.runAfter(0, internal.turns.removal.removeOutput, args);
    return null;
  },
});

/** Removes some turns of a removed project with all that they have, and schedules itself again while there are more. */
export const removeBatch = internalMutation({
  args: { projectId: v.id("projects") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const run = await runOf(ctx, args.projectId);
    if (run !== null) await ctx.db.delete("turnRuns", run._id);
    const turns = await ctx.db
      .query("turns")
      .withIndex("by_project", (q) => q.eq("projectId", args.projectId))
      .take(ROWS_PER_BATCH);
    let room = ROWS_PER_BATCH;
    for (const { _id: turnId } of turns) {
      room -= await removeRows(ctx, "turnOutput", turnId, room);
      if (room > 0) room -= await removeRows(ctx, "turnSteps", turnId, room);
      if (room <= 0) break;
      await ctx.db.delete("turns", turnId);
      room -= 1;
    }
    if (turns.length > 0) await ctx.scheduler.runAfter(0, internal.turns.removal.removeBatch, args);
    return null;
  },
});

/** Removes what a table has of a turn. Returns how many rows there were, at most `limit`. */
async function removeRows(
  ctx: MutationCtx,
  table: "turnOutput" | "turnSteps",
  turnId: Id<"turns">,
  limit: number,
): Promise<number> {
  const rows = await ctx.db
    .query(table)
    .withIndex("by_turn", (q) => q.eq("turnId", turnId))
    .take(limit);
  for (const { _id } of rows) await ctx.db.delete(table, _id);
  return rows.length;
}
