/** Restoring the files of an earlier turn, as a turn of its own: `run.ts` makes the call, and its poll ends the turn. */
import { v } from "convex/values";
import type { Doc } from "../../_generated/dataModel";
import type { MutationCtx } from "../../_generated/server";
import { internalUserMutation } from "../../lib/functions";
import { checkRateLimit } from "../../lib/rateLimits";
import { ownedTurn } from "../access";
import { beginNow, checkCanBegin } from "../turn";
import { runningSandboxOf } from "./access";
import { versionOf } from "./changes";

/**
 * Begins a turn that restores the files of another one.
 *
 * @throws `NOT_FOUND`, `VERSION_NOT_FOUND`, `INVALID_TRANSITION`, `OPERATION_IN_PROGRESS`, `RATE_LIMITED`
 */
export const beginRestore = internalUserMutation({
  args: { turnId: v.id("turns") },
  returns: v.object({ turnId: v.id("turns") }),
  handler: async (ctx, { turnId }) => {
    const now = Date.now();
    const { turn, project } = await ownedTurn(ctx, turnId);
    versionOf(turn);
    await checkCanRestore(ctx, project, now);
    await checkRateLimit(ctx, "operateProject", ctx.user._id);
    return { turnId: await beginNow(ctx, project, { restores: turnId }, now) };
  },
});

/**
 * Can files be restored now? A restore does not wait for another turn: what it is to restore was chosen by what is there.
 *
 * @throws `INVALID_TRANSITION` unless the sandbox runs, `OPERATION_IN_PROGRESS`
 */
export async function checkCanRestore(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<void> {
  runningSandboxOf(project);
  await checkCanBegin(ctx, project, now);
}
