"use node";
/**
 * The way to Daytona: a client from the environment, and what a project's sandbox is made from.
 * For Node modules alone; `@quaver/sandbox` does not run in Convex's own runtime.
 */
import {
  createSandboxClient,
  isSandboxError,
  type CreateSandboxInput,
  type SandboxClient,
  type SandboxErrorCode,
} from "@quaver/sandbox";
import type { Id } from "../_generated/dataModel";
import type { SandboxFailure } from "../projects/outcomes";
import { env } from "./env";

const DAYTONA_CLOUD_API_URL = "https://app.daytona.io/api";
const DEFAULT_SNAPSHOT = "quaver-agent";
const AUTO_STOP_MINUTES = 15; // idle: no calls and no preview traffic
// A stopped sandbox keeps its share of the organisation's disk quota; an archived one doesn't.
const AUTO_ARCHIVE_MINUTES = 24 * 60;

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

/**
 * The name of a project's sandbox. Fixed by the project's id, so that a second try meets the
 * first one's sandbox instead of making another.
 */
export function sandboxName(projectId: Id<"projects">): string {
  return `quaver-${projectId}`;
}

function snapshotName(): string {
  return env.QUAVER_SNAPSHOT ?? DEFAULT_SNAPSHOT;
}

/** What a project's sandbox is made from. `deployment` tells apart those that share an account. */
export function sandboxInput(projectId: Id<"projects">, deployment: string): CreateSandboxInput {
  return {
    name: sandboxName(projectId),
    labels: { app: "quaver", deployment, projectId },
    snapshot: snapshotName(),
    autoStopMinutes: AUTO_STOP_MINUTES,
    autoArchiveMinutes: AUTO_ARCHIVE_MINUTES,
  };
}

/** The owner can do nothing about Daytona's own words; these say what it means for them. */
const REASONS: Record<SandboxErrorCode, string> = {
  NOT_FOUND: "The sandbox, or the image it is made from, is not there.",
  CONFLICT: "The sandbox is busy with something else.",
  UNAUTHORIZED: "The sandbox service does not accept this deployment's key.",
  FORBIDDEN: "The sandbox service does not let this deployment do that.",
  SUSPENDED: "This deployment's account with the sandbox service is suspended.",
  QUOTA_EXCEEDED: "No more sandboxes fit in at the moment. Try again later, or archive some.",
  SNAPSHOT_UNAVAILABLE:
    "Sandboxes are not set up on this deployment: what they are made from is missing.",
  INVALID: "The sandbox service does not accept the request.",
  RATE_LIMITED: "The sandbox service is receiving too many requests.",
  TIMEOUT: "The sandbox service did not answer in time.",
  UNAVAILABLE: "The sandbox service can't be reached.",
  SANDBOX_FAILED: "The sandbox did not start, or is in an error.",
  UNEXPECTED_RESPONSE: "The sandbox service gave an answer that can't be understood.",
};

/** What to tell the owner when there is no key to call Daytona with. */
export const NOT_CONFIGURED: SandboxFailure = {
  reason: "Sandboxes are not set up on this deployment yet.",
  retryable: false,
  sandbox: "unknown",
};

/** What an error says about the sandbox itself. */
const FATES: Partial<Record<SandboxErrorCode, SandboxFailure["sandbox"]>> = {
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
  return { reason: REASONS[code], retryable, sandbox: FATES[code] ?? "unknown" };
}
