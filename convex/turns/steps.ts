/** The steps of a turn, as they are stored. */
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { agentSecrets } from "./agent";
import { MAX_STEPS, mergeSteps, shownTitle, type StepNews } from "./output/steps";
import type { TurnStatus } from "./tables";

/** A turn's steps, in the order in which they began. */
export async function stepsOf(ctx: QueryCtx, turnId: Id<"turns">): Promise<Doc<"turnSteps">[]> {
  return await ctx.db
    .query("turnSteps")
    .withIndex("by_turn", (q) => q.eq("turnId", turnId))
    .take(MAX_STEPS);
}

/** Stores what the agent's output says of the turn's steps, which came at `now` (ms). */
export async function writeSteps(
  ctx: MutationCtx,
  turnId: Id<"turns">,
  news: readonly StepNews[],
  now: number,
): Promise<void> {
  if (news.length === 0) return;
  const secrets = agentSecrets();
  const shown = news.map(({ title, status }) => ({ title: shownTitle(title, secrets), status }));
  const stored = await stepsOf(ctx, turnId);
  for (const [at, step] of mergeSteps(stored, shown, now).entries()) {
    const before = stored[at];
    if (before === undefined) await ctx.db.insert("turnSteps", { turnId, ...step });
    else if (before.status !== step.status) await ctx.db.patch("turnSteps", before._id, step);
  }
}

/**
 * Ends the steps that still run when their turn ends at `now` (ms).
 *
 * @returns how many steps the turn has had
 */
export async function endSteps(
  ctx: MutationCtx,
  turnId: Id<"turns">,
  ended: TurnStatus,
  now: number,
): Promise<number> {
  const steps = await stepsOf(ctx, turnId);
  const status = ended === "done" ? "done" : "failed";
  for (const { _id, status: before } of steps) {
    if (before === "running") await ctx.db.patch("turnSteps", _id, { status, endedAt: now });
  }
  return steps.length;
}
