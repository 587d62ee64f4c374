/** What a project's sandbox is made from, and how this deployment recognises its own. */
import type { CreateSandboxInput } from "@quaver/sandbox";
import type { Id } from "../../_generated/dataModel";
import type { ActionCtx } from "../../_generated/server";
import { env } from "../../lib/env";

const DEFAULT_SNAPSHOT = "quaver-agent";
const AUTO_STOP_MINUTES = 15; // idle: no calls and no preview traffic
// A stopped sandbox keeps its share of the organisation's disk quota; an archived one doesn't.
const AUTO_ARCHIVE_MINUTES = 24 * 60;

/** The label that tells this deployment's sandboxes from those of others in the same Daytona account. */
export async function deploymentLabel(ctx: ActionCtx): Promise<string> {
  return env.QUAVER_DEPLOYMENT ?? (await ctx.meta.getDeploymentMetadata()).name;
}

/**
 * The name of a project's sandbox. Fixed by the project's id, so that a second try gets the first
 * one's sandbox instead of making another.
 */
export function sandboxName(projectId: Id<"projects">): string {
  return `quaver-${projectId}`;
}

/** The Daytona snapshot that sandboxes are made from. */
export function snapshotName(): string {
  return env.QUAVER_SNAPSHOT ?? DEFAULT_SNAPSHOT;
}

/**
 * What a project's sandbox is made from.
 *
 * @param deployment - what `deploymentLabel` returned
 */
export function sandboxInput(projectId: Id<"projects">, deployment: string): CreateSandboxInput {
  return {
    name: sandboxName(projectId),
    labels: { app: "quaver", deployment, projectId },
    snapshot: snapshotName(),
    autoStopMinutes: AUTO_STOP_MINUTES,
    autoArchiveMinutes: AUTO_ARCHIVE_MINUTES,
  };
}
