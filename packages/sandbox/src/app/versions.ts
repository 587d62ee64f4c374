/** Versions of an app's files: commits in a repository of their own, `$HOME/.quaver/versions.git`. */
import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { OperationContext } from "../daytona-api.ts";
import { CHANGES_SCRIPT } from "./changes-script.ts";
import type { CommitVersionInput, ReadChangesInput, RestoreVersionInput } from "./input-schemas.ts";
import { runNodeScript } from "./node-script.ts";
import { COMMIT_SCRIPT, RESTORE_SCRIPT } from "./version-scripts.ts";

const version = z.string().regex(/^[0-9a-f]{40}$/);
const count = z.nullable(z.int().min(0));
const notFound = z.object({ kind: z.literal("notFound") });

const changedFileSchema = z.object({
  path: z.string().min(1),
  previousPath: z.string().min(1).optional(),
  change: z.enum(["added", "changed", "deleted", "renamed"]),
  added: count,
  removed: count,
});

/** A file that a version changed. */
export interface ChangedFile {
  path: string;
  /** Of a renamed file. */
  previousPath?: string | undefined;
  change: "added" | "changed" | "deleted" | "renamed";
  /** Lines; null for a binary file. */
  added: number | null;
  removed: number | null;
}

const changesSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("changes"),
    files: z.array(changedFileSchema),
    diff: z.base64(),
    more: z.boolean(),
  }),
  notFound,
]);

/**
 * What a version changed: at most 300 files, and 512 KiB of a unified diff, which ends after a whole line. With `more`,
 * something was left out.
 */
export type VersionChanges =
  { kind: "changes"; files: ChangedFile[]; diff: string; more: boolean } | { kind: "notFound" };

const restoredSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("restored"), version }),
  z.object({ kind: z.literal("superseded") }),
  notFound,
]);

/** The version that a restore made; `superseded` when a change that comes later in order was there before it. */
export type RestoredVersion = z.infer<typeof restoredSchema>;

/** Makes a version of the files as they are. Without a change since the last one, it is the last one. */
export async function commitVersion(
  ctx: OperationContext,
  id: string,
  input: CommitVersionInput,
): Promise<{ version: string }> {
  const answer = z.object({ version });
  return await runNodeScript(ctx, id, { script: COMMIT_SCRIPT, input, answer });
}

/** Reads what a version changed, compared with the one before it. */
export async function readChanges(
  ctx: OperationContext,
  id: string,
  input: ReadChangesInput,
): Promise<VersionChanges> {
  const answer = changesSchema;
  const changes = await runNodeScript(ctx, id, { script: CHANGES_SCRIPT, input, answer });
  if (changes.kind === "notFound") return changes;
  return { ...changes, diff: Buffer.from(changes.diff, "base64").toString() };
}

/** Makes the files those of a version, as a new version. What is there is a version before. */
export async function restoreVersion(
  ctx: OperationContext,
  id: string,
  input: RestoreVersionInput,
): Promise<RestoredVersion> {
  return await runNodeScript(ctx, id, { script: RESTORE_SCRIPT, input, answer: restoredSchema });
}
