import { createHash } from "node:crypto";
import type { SnapshotDto } from "@daytona/api-client";
import { ORGANIZATION_ID } from "../sandboxes/sandbox-json.ts";
import type { SnapshotRow } from "./rows.ts";

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

/** As Daytona finds it (`getEntrypointFromDockerfile` of its snapshot service): by the first mention. */
function entrypointOf(dockerfile: string): string[] {
  const [, raw] = /ENTRYPOINT\s+(.*)/.exec(dockerfile) ?? [];
  if (raw === undefined) return ["sleep", "infinity"];
  try {
    const parsed: unknown = JSON.parse(raw.trim());
    if (Array.isArray(parsed)) return parsed.map(String);
  } catch {
    return [raw.trim().replace(/["']/g, "")];
  }
  return ["sleep", "infinity"];
}

function refOf({ dockerfile, contextHashes }: SnapshotRow): string {
  const hash = createHash("sha256").update([dockerfile, ...contextHashes].join("\n"));
  return `daytona-${hash.digest("hex")}:daytona`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
