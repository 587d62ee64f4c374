/** The app's files, one folder or one file at a time: a check of the request, then the call to Daytona. */
import { isAppPath, MAX_PATH_BYTES } from "@quaver/sandbox/paths";
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx } from "../../_generated/server";
import { quaverError } from "../../lib/errors";
import { internalUserMutation } from "../../lib/functions";
import { checkRateLimit } from "../../lib/rateLimits";
import { ownedProject } from "../../projects/access";
import { resultOf, sandboxUnavailable } from "../../projects/sandbox/results";
import { runningSandboxOf } from "./access";
import type { FileContent, FolderListing, ListResult, ReadResult } from "./results";

/** A file or a folder of a project's app. */
interface PathInProject {
  projectId: Id<"projects">;
  path: string;
}

/**
 * Checks a request for a file or a folder.
 *
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` unless the path stays in the app's folder, `INVALID_TRANSITION`,
 *   `RATE_LIMITED`
 */
export const beginRead = internalUserMutation({
  args: { projectId: v.id("projects"), path: v.string() },
  returns: v.object({ sandboxId: v.string(), path: v.string() }),
  handler: async (ctx, { projectId, path }) => {
    const project = await ownedProject(ctx, projectId);
    checkPath(path);
    const sandboxId = runningSandboxOf(project);
    await checkRateLimit(ctx, "readFiles", ctx.user._id);
    return { sandboxId, path };
  },
});

function checkPath(path: string): void {
  if (isAppPath(path)) return;
  throw invalidPath(
    `"path" must be names separated by "/", without "." and "..", of at most ${String(MAX_PATH_BYTES)} bytes.`,
  );
}

function invalidPath(message: string) {
  return quaverError("INVALID_ARGUMENT", { field: "path", message });
}

/**
 * Lists a folder of the app, for its project's owner.
 *
 * @throws what `beginRead` throws; `FILE_NOT_FOUND`, `INVALID_ARGUMENT` for what is no folder, `SANDBOX_UNAVAILABLE`
 */
export async function listFilesForOwner(
  ctx: ActionCtx,
  request: PathInProject,
): Promise<FolderListing> {
  const allowed = await ctx.runMutation(internal.turns.app.files.beginRead, request);
  const result: ListResult = await resultOf(
    ctx.runAction(internal.turns.app.daytona.listFolder, allowed),
  );
  if (!result.ok) throw sandboxUnavailable(result);
  switch (result.found.kind) {
    case "folder":
      return { entries: result.found.entries, more: result.found.more };
    case "notFolder":
      throw invalidPath('"path" names no folder.');
    case "notFound":
      throw quaverError("FILE_NOT_FOUND", { message: "Folder not found." });
  }
}

/**
 * Reads a file of the app, for its project's owner.
 *
 * @throws what `beginRead` throws; `FILE_NOT_FOUND`, `SANDBOX_UNAVAILABLE`
 */
export async function readFileForOwner(
  ctx: ActionCtx,
  request: PathInProject,
): Promise<FileContent> {
  const allowed = await ctx.runMutation(internal.turns.app.files.beginRead, request);
  const result: ReadResult = await resultOf(
    ctx.runAction(internal.turns.app.daytona.readFile, allowed),
  );
  if (!result.ok) throw sandboxUnavailable(result);
  if (result.found.kind === "notFound") throw quaverError("FILE_NOT_FOUND");
  return result.found;
}
