"use node";
/** The calls to Daytona about an app's files, each an internal action of its own. */
import { isSandboxError, type ChangedFile, type SandboxClient } from "@quaver/sandbox";
import { v } from "convex/values";
import { internalAction } from "../../_generated/server";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { attempt } from "../../projects/sandbox/daytona";
import type { SandboxFailure } from "../../projects/sandbox/results";
import { changesResult, downloadResult, listResult, readResult } from "./results";
import type { ChangesResult, DownloadResult, ListResult, ReadResult } from "./results";

const READ_TIMEOUT_MS = 30_000; // somebody waits, who can ask again
const DOWNLOAD_TIMEOUT_MS = 90_000; // 200 MB are packed first

/** Lists a folder. */
export const listFolder = internalAction({
  args: { sandboxId: v.string(), path: v.string() },
  returns: listResult,
  handler: (_ctx, { sandboxId, path }): Promise<ListResult> =>
    find(sandboxId, READ_TIMEOUT_MS, (client) => client.listFiles(sandboxId, { path })),
});

/** Reads a file. */
export const readFile = internalAction({
  args: { sandboxId: v.string(), path: v.string() },
  returns: readResult,
  handler: (_ctx, { sandboxId, path }): Promise<ReadResult> =>
    find(sandboxId, READ_TIMEOUT_MS, (client) => client.readFile(sandboxId, { path })),
});

/** Reads what a version changed. */
export const readChanges = internalAction({
  args: { sandboxId: v.string(), version: v.string() },
  returns: changesResult,
  handler: (_ctx, { sandboxId, version }): Promise<ChangesResult> =>
    find(sandboxId, READ_TIMEOUT_MS, async (client) => {
      const changes = await client.readChanges(sandboxId, { version });
      if (changes.kind === "notFound") return changes;
      return { ...changes, files: changes.files.map(toChangedFile) };
    }),
});

/** Without a name before that is undefined, which no Convex value is. */
function toChangedFile({ previousPath, ...file }: ChangedFile) {
  return previousPath === undefined ? file : { ...file, previousPath };
}

/** Packs the app, and has the sandbox serve the archive for a time. */
export const createDownload = internalAction({
  args: { sandboxId: v.string(), expiresInSeconds: v.number() },
  returns: downloadResult,
  handler: (_ctx, { sandboxId, ...input }): Promise<DownloadResult> =>
    find(sandboxId, DOWNLOAD_TIMEOUT_MS, (client) => client.createDownload(sandboxId, input)),
});

const NOT_STARTED: SandboxFailure = {
  reason: "The sandbox is not running at the moment.",
  retryable: true,
  sandbox: "unknown",
};

async function find<Found>(
  sandboxId: string,
  timeoutMs: number,
  call: (client: SandboxClient) => Promise<Found>,
): Promise<{ ok: true; found: Found } | ({ ok: false } & SandboxFailure)> {
  const onFailure = `The files of sandbox ${sandboxId} could not be read.`;
  const work = async (client: SandboxClient) => {
    try {
      return { ok: true as const, found: await call(client) };
    } catch (error) {
      // It was stopped a moment ago: Daytona's webhook, or the sweep, will say so of the project.
      if (isSandboxError(error) && error.code === "INVALID")
        return { ok: false as const, ...NOT_STARTED };
      throw error;
    }
  };
  return await attempt(onFailure, work, timeoutMs);
}
