/** A download of the app: a check of the request, then the call to Daytona. */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx } from "../../_generated/server";
import { quaverError } from "../../lib/errors";
import { internalUserMutation } from "../../lib/functions";
import { MAX_DOWNLOAD_BYTES } from "../../lib/limits";
import { checkRateLimit } from "../../lib/rateLimits";
import { ownedProject } from "../../projects/access";
import { resultOf, sandboxUnavailable } from "../../projects/sandbox/results";
import { runningSandboxOf } from "./access";
import type { Download, DownloadResult } from "./results";

const DOWNLOAD_SECONDS = 10 * 60; // to click, and to try again; everyone who has the link can fetch the app

/**
 * Checks a request for a download.
 *
 * @throws `NOT_FOUND`, `INVALID_TRANSITION`, `RATE_LIMITED`
 */
export const beginDownload = internalUserMutation({
  args: { projectId: v.id("projects") },
  returns: v.object({ sandboxId: v.string(), expiresInSeconds: v.number() }),
  handler: async (ctx, { projectId }) => {
    const sandboxId = runningSandboxOf(await ownedProject(ctx, projectId));
    await checkRateLimit(ctx, "download", ctx.user._id);
    return { sandboxId, expiresInSeconds: DOWNLOAD_SECONDS };
  },
});

/**
 * Makes a download of the app, for its project's owner.
 *
 * @throws what `beginDownload` throws; `FILE_NOT_FOUND` when there are no files, `TOO_LARGE`, `SANDBOX_UNAVAILABLE`
 */
export async function downloadForOwner(
  ctx: ActionCtx,
  request: { projectId: Id<"projects"> },
): Promise<Download> {
  const allowed = await ctx.runMutation(internal.turns.app.download.beginDownload, request);
  const result: DownloadResult = await resultOf(
    ctx.runAction(internal.turns.app.daytona.createDownload, allowed),
  );
  if (!result.ok) throw sandboxUnavailable(result);
  switch (result.found.kind) {
    case "download": {
      const { url, expiresAt, size } = result.found;
      return { url, expiresAt, size };
    }
    case "tooLarge": {
      const message = "The app is too large to download: the limit is 200 MB, compressed.";
      throw quaverError("TOO_LARGE", { limit: MAX_DOWNLOAD_BYTES, message });
    }
    case "empty":
      throw quaverError("FILE_NOT_FOUND", { message: "The app has no files yet." });
  }
}
