import { DaytonaError } from "../errors.ts";
import type { SandboxRow, State } from "./rows.ts";

/** What all sandboxes of the organization may use together: vCPUs, and GiB. */
export interface Quota {
  cpu?: number | undefined;
  memory?: number | undefined;
  disk?: number | undefined;
}

/** The organization's snapshots and quota, which are checked before a sandbox is created or started. */
export interface Limits {
  /** @throws DaytonaError 400 if there is no such snapshot. */
  checkSnapshot(name: string | undefined): void;
  /** @throws DaytonaError 400 if a sandbox, in addition to these others, would exceed the quota. */
  checkQuota(others: readonly SandboxRow[]): void;
  /** Replaces the quota. */
  setQuota(quota: Quota): void;
}

/** What each sandbox uses. */
export const SIZE = { cpu: 1, memory: 1, disk: 3 };

// As in `apps/api/src/organization/constants` of daytonaio/daytona, v0.190.
const USES_CPU: readonly State[] = ["creating", "restoring", "started", "starting", "stopping"];
const USES_DISK: readonly State[] = [...USES_CPU, "stopped", "archiving"];

const UPGRADE =
  "To increase concurrency limits, upgrade your organization's Tier by visiting https://app.daytona.io/dashboard/limits.";
const ARCHIVE = "Consider archiving your unused Sandboxes to free up available storage.";

/** @param snapshots the names of the existing snapshots, beside Daytona's default, which has no name here. */
export function createLimits(snapshots: readonly string[], initial: Quota): Limits {
  let quota = initial;
  const refuseAbove = (most: number | undefined, wanted: number, message: string): void => {
    if (most !== undefined && wanted > most) throw new DaytonaError(400, message);
  };
  return {
    setQuota: (next) => (quota = next),
    checkSnapshot: (name) => {
      if (name === undefined || snapshots.includes(name)) return;
      const message = `Snapshot ${name} not found. Did you add it through the Daytona Dashboard?`;
      throw new DaytonaError(400, message);
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
