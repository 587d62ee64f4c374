import type {
  Sandbox,
  SandboxCreatedWebhook,
  SandboxStateUpdatedWebhook,
} from "@daytona/api-client";
import { SIZE } from "./limits.ts";
import type { SandboxRow, State } from "./rows.ts";

/** The only organization. */
export const ORGANIZATION_ID = "00000000-0000-4000-8000-000000000000";

/** The sandbox, as in Daytona's API. */
export function toSandboxJson(row: SandboxRow, toolboxProxyUrl: string): Sandbox {
  return {
    id: row.id,
    organizationId: ORGANIZATION_ID,
    name: row.name,
    ...(row.snapshot === undefined ? {} : { snapshot: row.snapshot }),
    user: "daytona",
    env: row.env,
    labels: row.labels,
    public: row.public,
    networkBlockAll: false,
    target: row.target,
    ...SIZE,
    gpu: 0,
    state: row.state,
    desiredState: desiredState(row.state),
    ...(row.errorReason === undefined ? {} : { errorReason: row.errorReason }),
    recoverable: row.recoverable,
    autoStopInterval: row.autoStopInterval,
    autoArchiveInterval: row.autoArchiveInterval,
    autoDeleteInterval: row.autoDeleteInterval,
    ...(row.autoDestroyAt === undefined ? {} : { autoDestroyAt: iso(row.autoDestroyAt) }),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    lastActivityAt: iso(row.lastActivityAt),
    sandboxClass: "container",
    toolboxProxyUrl,
  };
}

/** A webhook's payload, as JSON: the official type has dates and enums where JSON has strings. */
type Wire<Payload> = Record<keyof Payload, string>;

/** Payload of `sandbox.created`. */
export function createdEvent(row: SandboxRow, now: number): Wire<SandboxCreatedWebhook> {
  return {
    event: "sandbox.created",
    timestamp: iso(now),
    id: row.id,
    organizationId: ORGANIZATION_ID,
    state: row.state,
    sandboxClass: "container",
    createdAt: iso(row.createdAt),
  };
}

/** Payload of `sandbox.state.updated`. */
export function stateUpdatedEvent(
  id: string,
  change: { from: State; to: State | "destroyed"; at: number },
): Wire<SandboxStateUpdatedWebhook> {
  return {
    event: "sandbox.state.updated",
    timestamp: iso(change.at),
    id,
    organizationId: ORGANIZATION_ID,
    oldState: change.from,
    newState: change.to,
    updatedAt: iso(change.at),
  };
}

function desiredState(state: State): NonNullable<Sandbox["desiredState"]> {
  if (state === "destroying") return "destroyed";
  if (state === "stopping" || state === "stopped") return "stopped";
  if (state === "archiving" || state === "archived") return "archived";
  return "started";
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
