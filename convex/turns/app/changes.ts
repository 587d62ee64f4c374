/** What a turn changed in the app's files: a check of the request, then the call to Daytona. */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Doc, Id } from "../../_generated/dataModel";
import type { ActionCtx, QueryCtx } from "../../_generated/server";
import { quaverError } from "../../lib/errors";
import { internalUserMutation } from "../../lib/functions";
import { checkRateLimit } from "../../lib/rateLimits";
import { resultOf, sandboxUnavailable } from "../../projects/sandbox/results";
import { ownedTurn } from "../access";
import { runningSandboxOf } from "./access";
import type { ChangesResult, TurnChanges } from "./results";

/**
 * Checks a request for a turn's changes.
 *
 * @returns the version to read, and its sandbox; null when the turn left the files as they were
 * @throws `NOT_FOUND`, `VERSION_NOT_FOUND`, `INVALID_TRANSITION`, `RATE_LIMITED`
 */
export const beginReadChanges = internalUserMutation({
  args: { turnId: v.id("turns") },
  returns: v.nullable(v.object({ sandboxId: v.string(), version: v.string() })),
  handler: async (ctx, { turnId }) => {
    const { turn, project } = await ownedTurn(ctx, turnId);
    const version = versionOf(turn);
    const sandboxId = runningSandboxOf(project);
    await checkRateLimit(ctx, "readFiles", ctx.user._id);
    return (await isVersionOfEarlierTurn(ctx, turn)) ? null : { sandboxId, version };
  },
});

/**
 * The version that a turn has.
 *
 * @throws `VERSION_NOT_FOUND` when it has none
 */
export function versionOf({ version }: Doc<"turns">): string {
  if (version === undefined) throw quaverError("VERSION_NOT_FOUND");
  return version;
}

/** A turn after which the files are as before gets the version that there is already. */
async function isVersionOfEarlierTurn(
  ctx: QueryCtx,
  { projectId, version, number }: Doc<"turns">,
): Promise<boolean> {
  const first = await ctx.db
    .query("turns")
    .withIndex("by_version", (q) => q.eq("projectId", projectId).eq("version", version))
    .first();
  return first !== null && first.number < number;
}

/**
 * Reads what a turn changed, for its project's owner.
 *
 * @throws what `beginReadChanges` throws; `VERSION_NOT_FOUND` also when the sandbox does not have it any more,
 *   `SANDBOX_UNAVAILABLE`
 */
export async function changesForOwner(
  ctx: ActionCtx,
  request: { turnId: Id<"turns"> },
): Promise<TurnChanges> {
  const allowed = await ctx.runMutation(internal.turns.app.changes.beginReadChanges, request);
  if (allowed === null) return { files: [], diff: "", more: false };
  const result: ChangesResult = await resultOf(
    ctx.runAction(internal.turns.app.daytona.readChanges, allowed),
  );
  if (!result.ok) throw sandboxUnavailable(result);
  if (result.found.kind === "notFound") {
    const message = "This version no longer exists because its sandbox was replaced.";
    throw quaverError("VERSION_NOT_FOUND", { message });
  }
  const { files, diff, more } = result.found;
  return { files, diff, more };
}
