/** Checking a sandbox's state once more, after an operation that ended, or was cut off, with the state unknown. */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import { internalAction, type MutationCtx } from "../../_generated/server";
import { workpool } from "../../lib/workpool";
import { isChangingState } from "./results";

const RECHECK_AFTER_MS = 2000; // a request that got through has changed the sandbox by then

/** Schedules the check, if there is a sandbox. Survives restarts, and waits for as long as Daytona does not answer. */
export async function enqueueRecheck(
  ctx: MutationCtx,
  sandboxId: string | undefined,
): Promise<void> {
  if (sandboxId === undefined) return;
  const { recheckSandbox } = internal.projects.sandbox.recheck;
  await workpool.enqueueAction(ctx, recheckSandbox, { sandboxId }, { runAfter: RECHECK_AFTER_MS });
}

/** The check. Run by the workpool, which tries again when this throws. */
export const recheckSandbox = internalAction({
  args: { sandboxId: v.string() },
  returns: v.null(),
  handler: async (ctx, { sandboxId }): Promise<null> => {
    const { observations } = await ctx.runAction(
      internal.projects.reconcile.daytona.pollSandboxes,
      {
        sandboxIds: [sandboxId],
      },
    );
    const [polled] = observations;
    if (polled === undefined) throw new Error("Daytona gave no answer.");
    if (isChangingState(polled.observation.state))
      throw new Error("The sandbox is still changing.");
    const event = { ...polled, isEvent: false };
    await ctx.runMutation(internal.projects.reconcile.drift.applyObservation, event);
    return null;
  },
});
