import { createHash } from "node:crypto";
import type {
  SnapshotCreatedWebhook,
  SnapshotDto,
  SnapshotRemovedWebhook,
  SnapshotStateUpdatedWebhook,
} from "@daytona/api-client";
import { ORGANIZATION_ID } from "../sandboxes/sandbox-json.ts";
import type { SnapshotRow, SnapshotState } from "./rows.ts";

/** The official type has dates where JSON has strings. */
type Wire<Value> = Value extends Date ? string : Value extends object ? WireObject<Value> : Value;
type WireObject<Value> = { [Key in keyof Value]: Wire<Value[Key]> };

/** The snapshot, as in Daytona's API. */
export function toSnapshotJson(row: SnapshotRow): WireObject<SnapshotDto> {
  const [createdAt, updatedAt] = [iso(row.createdAt), iso(row.updatedAt)];
  const { dockerfile: dockerfileContent, contextHashes } = row;
  return {
    id: row.id,
    organizationId: ORGANIZATION_ID,
    general: row.general,
    name: row.name,
    state: row.state,
    size: null,
    entrypoint: entrypointOf(dockerfileContent),
    cpu: row.cpu,
    gpu: 0,
    mem: row.memory,
    disk: row.disk,
    errorReason: row.errorReason ?? null,
    createdAt,
    updatedAt,
    lastUsedAt: null,
    sourceSandboxId: null,
    ...(row.general
      ? {}
      : {
          buildInfo: {
            dockerfileContent,
            contextHashes,
            createdAt,
            updatedAt,
            snapshotRef: refOf(row),
          },
        }),
  };
}

/** As Daytona finds it (`getEntrypointFromDockerfile` of its snapshot service): by the last mention, in a comment too. */
function entrypointOf(dockerfile: string): string[] {
  const raw = [...dockerfile.matchAll(/ENTRYPOINT\s+(.*)/g)].at(-1)?.[1];
  if (raw === undefined) return ["sleep", "infinity"];
  try {
    const parsed: unknown = JSON.parse(raw.trim());
    if (Array.isArray(parsed)) return parsed.map(String);
  } catch {
    return [raw.trim().replace(/["']/g, "")];
  }
  return ["sleep", "infinity"];
}

/** A webhook's payload, as JSON: the official type has enums where JSON has strings. */
type Payload<Webhook> = Record<keyof Webhook, string>;

/** Payload of `snapshot.created`. */
export function createdEvent(row: SnapshotRow, now: number): Payload<SnapshotCreatedWebhook> {
  return {
    ...eventOf("snapshot.created", row, now),
    state: row.state,
    createdAt: iso(row.createdAt),
  };
}

/** Payload of `snapshot.state.updated`. */
export function stateUpdatedEvent(
  row: SnapshotRow,
  oldState: SnapshotState,
): Payload<SnapshotStateUpdatedWebhook> {
  const { state: newState, updatedAt } = row;
  const event = eventOf("snapshot.state.updated", row, updatedAt);
  return { ...event, oldState, newState, updatedAt: iso(updatedAt) };
}

/** Payload of `snapshot.removed`. */
export function removedEvent(row: SnapshotRow, now: number): Payload<SnapshotRemovedWebhook> {
  return { ...eventOf("snapshot.removed", row, now), removedAt: iso(now) };
}

function eventOf(event: string, { id, name }: SnapshotRow, at: number) {
  return { event, timestamp: iso(at), id, name, organizationId: ORGANIZATION_ID };
}

function refOf({ dockerfile, contextHashes }: SnapshotRow): string {
  const hash = createHash("sha256").update([dockerfile, ...contextHashes].join("\n"));
  return `daytona-${hash.digest("hex")}:daytona`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
