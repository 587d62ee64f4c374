/** What is answered about the app that an agent makes: its files, its changes, a download of it. */
import { literals } from "convex-helpers/validators";
import { v, type GenericValidator, type Infer } from "convex/values";
import { sandboxFailure } from "../../projects/sandbox/results";

/** A folder's entries: folders first, then by name; at most 1,000. */
export const folderListing = v.object({
  entries: v.array(
    v.object({
      name: v.string(),
      kind: literals("file", "folder", "link", "other"), // "other" is a socket, a pipe or a device
      size: v.number(), // bytes; 0 for a folder
    }),
  ),
  more: v.boolean(), // whether there are others
});
export type FolderListing = Infer<typeof folderListing>;

/** A file: its text, of up to 1 MiB, or what it is instead. Sizes are in bytes. */
export const fileContent = v.union(
  v.object({ kind: v.literal("text"), text: v.string(), size: v.number() }),
  v.object({ kind: v.literal("binary"), size: v.number() }),
  v.object({ kind: v.literal("tooLarge"), size: v.number() }),
  v.object({ kind: v.literal("folder") }),
  v.object({ kind: v.literal("other") }), // a socket, a pipe or a device
);
export type FileContent = Infer<typeof fileContent>;

/** What a turn changed in the app's files: at most 300 of them, and 512 KiB of a unified diff, cut after a line. */
export const turnChanges = v.object({
  files: v.array(
    v.object({
      path: v.string(),
      previousPath: v.optional(v.string()), // of a renamed file
      change: literals("added", "changed", "deleted", "renamed"),
      added: v.nullable(v.number()), // lines; null for a binary file
      removed: v.nullable(v.number()), // lines; null for a binary file
    }),
  ),
  diff: v.string(),
  more: v.boolean(), // whether something was left out
});
export type TurnChanges = Infer<typeof turnChanges>;

/** A link to an archive of the app, of `size` bytes, that ends at `expiresAt` (ms since the epoch). */
export const download = v.object({ url: v.string(), expiresAt: v.number(), size: v.number() });
export type Download = Infer<typeof download>;

const notFound = v.object({ kind: v.literal("notFound") });

/** What a call to Daytona returns: what it found, or why it failed. */
function callResult<Found extends GenericValidator>(found: Found) {
  return v.union(
    v.object({ ok: v.literal(true), found }),
    sandboxFailure.extend({ ok: v.literal(false) }),
  );
}

/** What listing a folder returns. */
export const listResult = callResult(
  v.union(
    folderListing.extend({ kind: v.literal("folder") }),
    notFound,
    v.object({ kind: v.literal("notFolder") }),
  ),
);
export type ListResult = Infer<typeof listResult>;

/** What reading a file returns. */
export const readResult = callResult(v.union(fileContent, notFound));
export type ReadResult = Infer<typeof readResult>;

/** What reading a turn's changes returns. */
export const changesResult = callResult(
  v.union(turnChanges.extend({ kind: v.literal("changes") }), notFound),
);
export type ChangesResult = Infer<typeof changesResult>;

/** What making a download returns. */
export const downloadResult = callResult(
  v.union(
    download.extend({ kind: v.literal("download") }),
    v.object({ kind: v.literal("tooLarge") }),
    v.object({ kind: v.literal("empty") }), // there is no file
  ),
);
export type DownloadResult = Infer<typeof downloadResult>;
