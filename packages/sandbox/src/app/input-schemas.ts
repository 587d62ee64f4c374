import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import { isAppPath } from "./paths.ts";

export const appPathSchema = z.object({
  /** Below the app's folder; empty for that folder itself. */
  path: z.string().refine(isAppPath, "is not the path of a file in the app's folder"),
});
/** A file or folder of the app. */
export type AppPathInput = z.infer<typeof appPathSchema>;

const version = z.string().regex(/^[0-9a-f]{40}$/);
const message = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\0]*$/);

/**
 * Where a change stands among those of the app, such as the number of a turn. A restore whose request arrives after a later
 * change, or after it has been made already, then changes nothing.
 */
const order = z.int().min(0).optional();

export const commitSchema = z.object({ message, order });
/** A version to make. */
export type CommitVersionInput = z.infer<typeof commitSchema>;

export const changesSchema = z.object({ version });
/** Whose changes to read. */
export type ReadChangesInput = z.infer<typeof changesSchema>;

export const restoreSchema = z.object({ version, message, order });
/** Which version to bring back, and what the new version is called. */
export type RestoreVersionInput = z.infer<typeof restoreSchema>;

export const downloadSchema = z.object({
  expiresInSeconds: z.int().min(1).max(3600),
  /** The size of the largest archive; 200 MB unless given. */
  maxBytes: z.int().min(1).default(200_000_000),
});
/** For how long a download can be fetched, and how large it may be. */
export type CreateDownloadInput = z.input<typeof downloadSchema>;
/** The same, whole. */
export type DownloadSettings = z.output<typeof downloadSchema>;
