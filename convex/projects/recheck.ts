/** Looking at a sandbox once more, after an operation that ended, or was cut off, before it was known what came of it. */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalAction, type MutationCtx } from "../_generated/server";
import { retriedJobs } from "../lib/jobs";
import { isOnItsWay } from "./verdicts";

const RECHECK_AFTER_MS = 2000; // a request that got through has changed the sandbox by then

/** Orders the look. Survives restarts, and waits for as long as Daytona does not answer. */
export async function enqueueRecheck(ctx: MutationCtx, sandboxId: string): Promise<void> {
  const { look } = internal.projects.recheck;
  await retriedJobs.enqueueAction(ctx, look, { sandboxId }, { runAfter: RECHECK_AFTER_MS });
}

/** The look. Run by the workpool, which tries again when this throws. */
export const look = internalAction({
  args: { sandboxId: v.string() },
  returns: v.null(),
  handler: async (ctx, { sandboxId }): Promise<null> => {
    const { looks } = await ctx.runAction(internal.projects.survey.look, {
      sandboxIds: [sandboxId],
    });
    const [news] = looks;
    if (news === undefined) throw new Error("Daytona gave no answer.");
    if (isOnItsWay(news.look.state)) throw new Error("The sandbox is still changing.");
    await ctx.runMutation(internal.projects.drift.apply, { ...news, isEvent: false });
    return null;
  },
});
