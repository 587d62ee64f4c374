/** The files of an app, one folder or one file at a time. */
import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { OperationContext } from "../daytona-api.ts";
import type { AppPathInput } from "./input-schemas.ts";
import { runNodeScript } from "./node-script.ts";
import { LIST_SCRIPT, READ_SCRIPT } from "./file-scripts.ts";

const size = z.int().min(0);

const entrySchema = z.object({
  name: z.string().min(1),
  kind: z.enum(["file", "folder", "link", "other"]),
  size,
});

const listingSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("folder"), entries: z.array(entrySchema), more: z.boolean() }),
  z.object({ kind: z.literal("notFound") }),
  z.object({ kind: z.literal("notFolder") }),
]);

/** What is in a folder. */
export interface FolderEntry {
  name: string;
  /** `other` is a socket, a pipe or a device. */
  kind: "file" | "folder" | "link" | "other";
  /** In bytes; 0 for a folder. */
  size: number;
}

/** A folder's entries, folders first, each by name; at most 1,000. With `more`, there are others. */
export type FolderListing = z.infer<typeof listingSchema>;

const contentSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), base64: z.base64(), size }),
  z.object({ kind: z.literal("binary"), size }),
  z.object({ kind: z.literal("tooLarge"), size }),
  z.object({ kind: z.enum(["folder", "other", "notFound"]) }),
]);

/** A file's text, or why there is none to show. Sizes are in bytes. */
export type FileContent =
  | { kind: "text"; text: string; size: number }
  | { kind: "binary" | "tooLarge"; size: number }
  | { kind: "folder" | "other" | "notFound" };

/** Lists a folder. */
export async function listFiles(
  ctx: OperationContext,
  id: string,
  { path }: AppPathInput,
): Promise<FolderListing> {
  return await runNodeScript(ctx, id, {
    script: LIST_SCRIPT,
    input: { path },
    answer: listingSchema,
  });
}

/** Reads a file of up to 1 MiB. */
export async function readFile(
  ctx: OperationContext,
  id: string,
  { path }: AppPathInput,
): Promise<FileContent> {
  const content = await runNodeScript(ctx, id, {
    script: READ_SCRIPT,
    input: { path },
    answer: contentSchema,
  });
  if (content.kind !== "text") return content;
  const { kind, base64, size } = content;
  return { kind, text: Buffer.from(base64, "base64").toString(), size };
}
