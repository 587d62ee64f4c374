/** A preview of what a project's sandbox serves: a check of the request, then the call to Daytona. */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx } from "../../_generated/server";
import { quaverError } from "../../lib/errors";
import { internalUserMutation } from "../../lib/functions";
import { checkRateLimit } from "../../lib/rateLimits";
import { ownedProject } from "../access";
import { hasRunningSandbox } from "../lifecycle";
import { resultOf, sandboxUnavailable, type Preview, type PreviewResult } from "./results";

const DEFAULT_PORT = 3000; // where web frameworks' development servers listen
const PREVIEW_SECONDS = 60 * 60; // Daytona's longest is a day; everyone who has the URL can see the app

/**
 * Checks a request for a preview.
 *
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` unless the port is one, `INVALID_TRANSITION` unless the
 *   sandbox runs, `RATE_LIMITED`
 */
export const beginPreview = internalUserMutation({
  args: { projectId: v.id("projects"), port: v.optional(v.number()) },
  returns: v.object({ sandboxId: v.string(), port: v.number(), expiresInSeconds: v.number() }),
  handler: async (ctx, { projectId, port = DEFAULT_PORT }) => {
    const { status, sandboxId } = await ownedProject(ctx, projectId);
    checkPort(port);
    if (!hasRunningSandbox(status) || sandboxId === undefined) {
      throw quaverError("INVALID_TRANSITION", { from: status, to: "ready" });
    }
    await checkRateLimit(ctx, "operateProject", ctx.user._id);
    return { sandboxId, port, expiresInSeconds: PREVIEW_SECONDS };
  },
});

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  const message = '"port" must be a whole number from 1 to 65535.';
  throw quaverError("INVALID_ARGUMENT", { field: "port", message });
}

/**
 * Gets a preview of a project's sandbox, for its owner.
 *
 * @returns the URL, when it expires, in ms since the epoch, and whether an app listens at the port
 * @throws what `beginPreview` throws; `SANDBOX_UNAVAILABLE`
 */
export async function previewForOwner(
  ctx: ActionCtx,
  request: { projectId: Id<"projects">; port?: number },
): Promise<Preview> {
  const allowed = await ctx.runMutation(internal.projects.sandbox.preview.beginPreview, request);
  const result: PreviewResult = await resultOf(
    ctx.runAction(internal.projects.sandbox.daytona.previewSandbox, allowed),
  );
  if (!result.ok) throw sandboxUnavailable(result);
  return result.preview;
}
