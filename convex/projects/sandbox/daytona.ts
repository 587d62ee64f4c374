"use node";
/**
 * The calls to Daytona about a project's sandbox, each an internal action of its own: Node is started for nothing else.
 * Also the client and the words for its errors, for the other Node modules.
 */
import {
  createSandboxClient,
  isSandboxError,
  type SandboxClient,
  type SandboxErrorCode,
} from "@quaver/sandbox";
import { v } from "convex/values";
import type { Id } from "../../_generated/dataModel";
import { internalAction } from "../../_generated/server";
import { env } from "../../lib/env";
import { sandboxInput, sandboxName, snapshotName } from "./config";
import { changeResult, createResult, previewResult, sandboxChange } from "./results";
import type { ChangeResult, CreateResult, PreviewResult, SandboxFailure } from "./results";

const DAYTONA_CLOUD_API_URL = "https://app.daytona.io/api";
/** For the calls of a deletion. It is retried, and others wait for its place meanwhile. */
const DELETION_TIMEOUT_MS = 30_000;

/** Creates a project's sandbox and waits until it has started, or takes the one that an earlier try created. */
export const createSandbox = internalAction({
  args: { projectId: v.id("projects"), deployment: v.string() },
  returns: createResult,
  handler: (_ctx, { projectId, deployment }): Promise<CreateResult> =>
    attempt(`No sandbox for project ${projectId}.`, async (client) => {
      const { id } = await createOrReplace(client, projectId, deployment);
      return { ok: true, sandboxId: id };
    }),
});

/** A sandbox by this name that can't be recovered would make every further try fail: it is deleted. */
async function createOrReplace(
  client: SandboxClient,
  projectId: Id<"projects">,
  deployment: string,
) {
  const input = sandboxInput(projectId, deployment);
  try {
    return await client.create(input);
  } catch (error) {
    if (!isSandboxError(error) || error.code !== "SANDBOX_FAILED") throw error;
    if (error.sandboxId === undefined) throw error;
    console.warn(`The sandbox of project ${projectId} is beyond recovery, and is replaced.`);
    await client.delete(error.sandboxId);
    return await client.create(input);
  }
}

/** Starts, stops or archives a sandbox; does nothing when it is in that state already. */
export const changeSandbox = internalAction({
  args: { sandboxId: v.string(), change: sandboxChange },
  returns: changeResult,
  handler: (_ctx, { sandboxId, change }): Promise<ChangeResult> =>
    attempt(`Sandbox ${sandboxId} did not ${change}.`, async (client) => {
      await client[change](sandboxId);
      return { ok: true };
    }),
});

/** Gets a URL at which anyone who has it can see a port of a sandbox, for a time. */
export const previewSandbox = internalAction({
  args: { sandboxId: v.string(), port: v.number(), expiresInSeconds: v.number() },
  returns: previewResult,
  handler: (_ctx, { sandboxId, ...input }): Promise<PreviewResult> =>
    attempt(`No preview of sandbox ${sandboxId}.`, async (client) => ({
      ok: true,
      preview: await client.previewUrl(sandboxId, input),
    })),
});

/**
 * Deletes a removed project's sandbox. Run by the workpool, which tries again when this throws; a
 * sandbox that is not there counts as deleted.
 */
export const deleteSandbox = internalAction({
  args: { projectId: v.id("projects"), sandboxId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (_ctx, { projectId, sandboxId }) => {
    const client = sandboxClient(DELETION_TIMEOUT_MS);
    if (client === null) throw new Error("DAYTONA_API_KEY is not set");
    const id = sandboxId ?? (await client.get(sandboxName(projectId)))?.id;
    if (id !== undefined) await client.delete(id);
    return null;
  },
});

/**
 * Calls Daytona, and makes a result of an error too.
 *
 * @param onFailure - for the log
 * @param timeoutMs - as for `sandboxClient`
 */
export async function attempt<Success>(
  onFailure: string,
  work: (client: SandboxClient) => Promise<Success>,
  timeoutMs?: number,
): Promise<Success | ({ ok: false } & SandboxFailure)> {
  try {
    const client = sandboxClient(timeoutMs);
    return client === null ? { ok: false, ...NOT_CONFIGURED } : await work(client);
  } catch (error) {
    console.error(`${onFailure} ${String(error)}`);
    return { ok: false, ...explainSandboxError(error) };
  }
}

/**
 * A client for the deployment's Daytona account; null, and a line in the log, without a key.
 *
 * @param timeoutMs - how long each of its operations may take; the package's own time unless given
 * @throws SandboxError `INVALID` when DAYTONA_API_URL is no URL
 */
export function sandboxClient(timeoutMs?: number): SandboxClient | null {
  if (!env.DAYTONA_API_KEY) {
    console.error("DAYTONA_API_KEY is not set: no sandbox can be made or deleted until it is.");
    return null;
  }
  return createSandboxClient({
    apiKey: env.DAYTONA_API_KEY,
    apiUrl: env.DAYTONA_API_URL ?? DAYTONA_CLOUD_API_URL,
    target: env.DAYTONA_TARGET,
    timeoutMs,
  });
}

/** What each error means for the project's owner, who can do nothing about Daytona's own words. */
const REASONS: Record<SandboxErrorCode, string> = {
  NOT_FOUND: "The sandbox or its image was not found.",
  CONFLICT: "The sandbox is busy. Try again in a moment.",
  UNAUTHORIZED: "The sandbox service rejected this deployment's API key.",
  FORBIDDEN: "This deployment is not allowed to do that at the sandbox service.",
  SUSPENDED: "This deployment's account at the sandbox service is suspended.",
  QUOTA_EXCEEDED:
    "No more sandboxes are available right now. Try again later, or archive a project.",
  SNAPSHOT_UNAVAILABLE: "Sandboxes are not set up on this deployment: their snapshot is missing.",
  INVALID: "The sandbox service rejected the request.",
  RATE_LIMITED: "The sandbox service received too many requests. Try again in a moment.",
  TIMEOUT: "The sandbox service did not respond in time.",
  UNAVAILABLE: "The sandbox service is unavailable.",
  SANDBOX_FAILED: "The sandbox failed or could not start.",
  TOOL_MISSING: "The sandbox's image does not include Node or git.",
  DISK_FULL: "The sandbox's disk is full.",
  UNEXPECTED_RESPONSE: "The sandbox service sent an unexpected response.",
};

/** What to tell the owner when there is no key to call Daytona with. */
export const NOT_CONFIGURED: SandboxFailure = {
  reason: "Sandboxes are not set up on this deployment yet.",
  retryable: false,
  sandbox: "unknown",
};

/** What an error says about the sandbox itself. */
const SANDBOX_AFTER: Partial<Record<SandboxErrorCode, SandboxFailure["sandbox"]>> = {
  NOT_FOUND: "gone",
  SANDBOX_FAILED: "broken",
};

/** What to tell the owner about an error of `@quaver/sandbox`, or one that should not happen. */
export function explainSandboxError(error: unknown): SandboxFailure {
  if (!isSandboxError(error)) {
    const reason = "Something went wrong while reaching the sandbox.";
    return { reason, retryable: true, sandbox: "unknown" };
  }
  const { code } = error;
  if (code === "SNAPSHOT_UNAVAILABLE") {
    const snapshot = snapshotName();
    console.error(`Daytona can't use the snapshot ${snapshot}: see QUAVER_SNAPSHOT.`);
  }
  // A sandbox that has failed is replaced by the next try.
  const retryable = error.retryable || code === "SANDBOX_FAILED";
  return { reason: REASONS[code], retryable, sandbox: SANDBOX_AFTER[code] ?? "unknown" };
}
