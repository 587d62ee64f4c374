/**
 * What the agent made: the files of the app as they are in the sandbox, what each turn changed, and the way back. These run
 * in Convex's own runtime, and start Node only once a call is allowed.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { userAction } from "../lib/functions";
import { changesForOwner } from "./app/changes";
import { downloadForOwner } from "./app/download";
import { listFilesForOwner, readFileForOwner } from "./app/files";
import { download as downloadLink, fileContent, folderListing, turnChanges } from "./app/results";

const projectId = v.id("projects");
const turnId = v.id("turns");

/**
 * Lists a folder of the app: `""` is the app's own.
 *
 * @param path - names separated by `/`, at most 1,024 bytes, without `.` and `..`
 * @returns folders first, then by name, at most 1,000; with `more` there are others
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` also for a file, `FILE_NOT_FOUND`, `INVALID_TRANSITION` unless the sandbox
 *   runs, `RATE_LIMITED`, `SANDBOX_UNAVAILABLE`
 */
export const listFiles = userAction({
  args: { projectId, path: v.string() },
  returns: folderListing,
  handler: (ctx, args) => listFilesForOwner(ctx, args),
});

/**
 * Reads a file of the app.
 *
 * @param path - as for `listFiles`
 * @returns its text if that is UTF-8 of up to 1 MiB, else what it is
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT`, `FILE_NOT_FOUND`, `INVALID_TRANSITION` unless the sandbox runs,
 *   `RATE_LIMITED`, `SANDBOX_UNAVAILABLE`
 */
export const readFile = userAction({
  args: { projectId, path: v.string() },
  returns: fileContent,
  handler: (ctx, args) => readFileForOwner(ctx, args),
});

/**
 * What a turn changed in the app's files, compared with the version before.
 *
 * @returns at most 300 files, and 512 KiB of a unified diff, which ends after a whole line; with `more` that is not all
 * @throws `NOT_FOUND`, `VERSION_NOT_FOUND`, `INVALID_TRANSITION` unless the sandbox runs, `RATE_LIMITED`,
 *   `SANDBOX_UNAVAILABLE`
 */
export const changes = userAction({
  args: { turnId },
  returns: turnChanges,
  handler: (ctx, args) => changesForOwner(ctx, args),
});

/**
 * Begins to make the app's files those that a turn left. That is a turn too, whose version is the new one: it is undone by
 * restoring the turn before it. The files of now become a version first. The conversation stays as it is.
 *
 * @returns the id of the new turn
 * @throws `NOT_FOUND`, `VERSION_NOT_FOUND` for a turn without one, `INVALID_TRANSITION` unless `ready`,
 *   `OPERATION_IN_PROGRESS`, also while a turn runs, `RATE_LIMITED`
 */
export const restore = userAction({
  args: { turnId },
  returns: v.object({ turnId: v.id("turns") }),
  handler: async (ctx, args): Promise<{ turnId: Id<"turns"> }> =>
    await ctx.runMutation(internal.turns.app.restore.beginRestore, args),
});

/**
 * Packs the app's folder, without `node_modules` and `.git`, for a download of up to 200 MB.
 *
 * @returns a link for everyone who has it, for ten minutes, and the archive's size in bytes
 * @throws `NOT_FOUND`, `FILE_NOT_FOUND` when there are no files yet, `TOO_LARGE`, `INVALID_TRANSITION` unless the sandbox
 *   runs, `RATE_LIMITED`, `SANDBOX_UNAVAILABLE`
 */
export const download = userAction({
  args: { projectId },
  returns: downloadLink,
  handler: (ctx, args) => downloadForOwner(ctx, args),
});
