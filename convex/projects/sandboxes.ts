"use node";
/** The calls to Daytona, each an internal action of its own: Node is started for nothing else. */
import { isSandboxError, type SandboxClient } from "@quaver/sandbox";
import { literals } from "convex-helpers/validators";
import { v } from "convex/values";
import type { Id } from "../_generated/dataModel";
import { internalAction } from "../_generated/server";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import {
  NOT_CONFIGURED,
  explainSandboxError,
  sandboxClient,
  sandboxInput,
  sandboxName,
} from "../lib/daytona";
import {
  changeOutcome,
  previewOutcome,
  provisionOutcome,
  type ChangeOutcome,
  type PreviewOutcome,
  type ProvisionOutcome,
  type SandboxFailure,
} from "./outcomes";

/** For a call of a removal, which is tried again, and meanwhile keeps others from their turn. */
const REMOVAL_TIMEOUT_MS = 30_000;

/** Makes a project's sandbox and waits until it has started, or adopts the one an earlier try made. */
export const provision = internalAction({
  args: { projectId: v.id("projects"), deployment: v.string() },
  returns: provisionOutcome,
  handler: (_ctx, { projectId, deployment }): Promise<ProvisionOutcome> =>
    attempt(`No sandbox for project ${projectId}.`, async (client) => {
      const { id } = await createOrReplace(client, projectId, deployment);
      return { ok: true, sandboxId: id };
    }),
});

/** A sandbox by this name that is beyond recovery is in the way of every further try: it goes. */
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

/** Starts, stops or archives a sandbox; nothing to do when it is where it is wanted. */
export const change = internalAction({
  args: { sandboxId: v.string(), to: literals("start", "stop", "archive") },
  returns: changeOutcome,
  handler: (_ctx, { sandboxId, to }): Promise<ChangeOutcome> =>
    attempt(`Sandbox ${sandboxId} did not ${to}.`, async (client) => {
      await client[to](sandboxId);
      return { ok: true };
    }),
});

/** A URL at which anyone may see a port of a sandbox, for a time. */
export const preview = internalAction({
  args: { sandboxId: v.string(), port: v.number(), expiresInSeconds: v.number() },
  returns: previewOutcome,
  handler: (_ctx, { sandboxId, ...input }): Promise<PreviewOutcome> =>
    attempt(`No preview of sandbox ${sandboxId}.`, async (client) => ({
      ok: true,
      ...(await client.previewUrl(sandboxId, input)),
    })),
});

/**
 * Deletes a removed project's sandbox. Run by the workpool, which tries again when this throws; a
 * sandbox that is not there counts as deleted.
 */
export const destroy = internalAction({
  args: { projectId: v.id("projects"), sandboxId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (_ctx, { projectId, sandboxId }) => {
    const client = sandboxClient(REMOVAL_TIMEOUT_MS);
    if (client === null) throw new Error("DAYTONA_API_KEY is not set");
    const id = sandboxId ?? (await client.get(sandboxName(projectId)))?.id;
    if (id !== undefined) await client.delete(id);
    return null;
  },
});

async function attempt<Success>(
  onFailure: string,
  work: (client: SandboxClient) => Promise<Success>,
): Promise<Success | ({ ok: false } & SandboxFailure)> {
  try {
    const client = sandboxClient();
    return client === null ? { ok: false, ...NOT_CONFIGURED } : await work(client);
  } catch (error) {
    console.error(`${onFailure} ${String(error)}`);
    return { ok: false, ...explainSandboxError(error) };
  }
}
