import { DaytonaError } from "../errors.ts";
import type { SnapshotRow } from "../snapshots/rows.ts";
import type { SandboxRow, State } from "./rows.ts";

/** What the organization may have. */
export interface Quota {
  /** What all sandboxes may use together: vCPUs, and GiB. */
  cpu?: number | undefined;
  memory?: number | undefined;
  disk?: number | undefined;
  /** What a single sandbox may have. */
  perSandbox?: Partial<Record<"cpu" | "memory" | "disk", number>> | undefined;
  /** How many snapshots there may be. */
  snapshots?: number | undefined;
}

/** The organization's snapshots and quota, which are checked before a sandbox is created or started. */
export interface Limits {
  /** @throws DaytonaError 400 if there is no such snapshot, or it isn't active. */
  checkSnapshot(name: string | undefined): void;
  /** @throws DaytonaError 400 if a sandbox, in addition to these others, would exceed the quota. */
  checkQuota(others: readonly SandboxRow[]): void;
  /** @throws DaytonaError 400 if a snapshot of this size, in addition to these many, would exceed the quota. */
  checkSnapshotQuota(size: Pick<SnapshotRow, "cpu" | "memory" | "disk">, others: number): void;
  /** Replaces the quota. */
  setQuota(quota: Quota): void;
}

/** What each sandbox uses. */
export const SIZE = { cpu: 1, memory: 1, disk: 3 };

// As in `apps/api/src/organization/constants` of daytonaio/daytona, v0.190.
const USES_CPU: readonly State[] = ["creating", "restoring", "started", "starting", "stopping"];
const USES_DISK: readonly State[] = [...USES_CPU, "stopped", "archiving"];

/** How Daytona names what a single sandbox may have. */
const PER_SANDBOX = [
  { key: "cpu", what: "CPU", unit: "" },
  { key: "memory", what: "Memory", unit: "GB" },
  { key: "disk", what: "Disk", unit: "GB" },
] as const;

const UPGRADE =
  "To increase concurrency limits, upgrade your organization's Tier by visiting https://app.daytona.io/dashboard/limits.";
const CONTACT =
  "Need higher resource limits per-sandbox? Contact us at support@daytona.io and let us know about your use case.";
const ARCHIVE = "Consider archiving your unused Sandboxes to free up available storage.";

/** @param findSnapshot finds a snapshot, by id or name; Daytona's default has none here. */
export function createLimits(
  findSnapshot: (idOrName: string) => SnapshotRow | undefined,
  initial: Quota,
): Limits {
  let quota = initial;
  const refuseAbove = (most: number | undefined, wanted: number, message: string): void => {
    if (most !== undefined && wanted > most) throw new DaytonaError(400, message);
  };
  return {
    setQuota: (next) => (quota = next),
    checkSnapshot: (name) => {
      if (name === undefined) return;
      const snapshot = findSnapshot(name);
      if (snapshot?.state === "active") return;
      const message = snapshot
        ? `Snapshot ${name} is ${snapshot.state}`
        : `Snapshot ${name} not found. Did you add it through the Daytona Dashboard?`;
      throw new DaytonaError(400, message);
    },
    checkSnapshotQuota: (size, others) => {
      for (const { key, what, unit } of PER_SANDBOX) {
        const most = quota.perSandbox?.[key];
        const message = `${what} request ${size[key]}${unit} exceeds maximum allowed per sandbox (${most ?? 0}${unit}).`;
        refuseAbove(most, size[key], `${message}\n${CONTACT}`);
      }
      const message = `Snapshot quota exceeded. Maximum allowed: ${quota.snapshots ?? 0}`;
      refuseAbove(quota.snapshots, others + 1, message);
    },
    checkQuota: (others) => {
      const running = others.filter(({ state }) => USES_CPU.includes(state)).length + 1;
      const withDisk = others.filter(({ state }) => USES_DISK.includes(state)).length + 1;
      const { cpu, memory, disk } = quota;
      const exceeded = (what: string, most: string) =>
        `Total ${what} limit exceeded. Maximum allowed: ${most}.`;
      refuseAbove(cpu, running * SIZE.cpu, `${exceeded("CPU", `${cpu}`)}\n${UPGRADE}`);
      refuseAbove(
        memory,
        running * SIZE.memory,
        `${exceeded("memory", `${memory}GiB`)}\n${UPGRADE}`,
      );
      refuseAbove(
        disk,
        withDisk * SIZE.disk,
        `${exceeded("disk", `${disk}GiB`)}\n${ARCHIVE}\n${UPGRADE}`,
      );
    },
  };
}
