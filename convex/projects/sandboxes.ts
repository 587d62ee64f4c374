"use node";
/** The calls to Daytona, each an internal action of its own: Node is started for nothing else. */
import { v } from "convex/values";
import { internalAction } from "../_generated/server";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import {
  NOT_CONFIGURED,
  explainSandboxError,
  sandboxClient,
  sandboxInput,
  sandboxName,
} from "../lib/daytona";
import { provisionOutcome, type ProvisionOutcome } from "./outcomes";

/** Makes a project's sandbox and waits until it has started, or adopts the one an earlier try made. */
export const provision = internalAction({
  args: { projectId: v.id("projects"), deployment: v.string() },
  returns: provisionOutcome,
  handler: async (_ctx, { projectId, deployment }): Promise<ProvisionOutcome> => {
    try {
      const client = sandboxClient();
      if (client === null) return { ok: false, ...NOT_CONFIGURED };
      const { id } = await client.create(sandboxInput(projectId, deployment));
      return { ok: true, sandboxId: id };
    } catch (error) {
      console.error(`No sandbox for project ${projectId}. ${String(error)}`);
      return { ok: false, ...explainSandboxError(error) };
    }
  },
});

/**
 * Deletes a removed project's sandbox. Run by the workpool, which tries again when this throws; a
 * sandbox that is not there counts as deleted.
 */
export const destroy = internalAction({
  args: { projectId: v.id("projects"), sandboxId: v.optional(v.string()) },
  returns: v.null(),
  handler: async (_ctx, { projectId, sandboxId }) => {
    const client = sandboxClient();
    if (client === null) throw new Error("DAYTONA_API_KEY is not set");
    const id = sandboxId ?? (await client.get(sandboxName(projectId)))?.id;
    if (id !== undefined) await client.delete(id);
    return null;
  },
});
