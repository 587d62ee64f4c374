import { DaytonaRefusal } from "./errors.ts";
import type { SandboxRow, State } from "./rows.ts";

/** What all sandboxes of the organisation may have together: vCPUs, and GiB. */
export interface Quota {
  cpu?: number | undefined;
  memory?: number | undefined;
  disk?: number | undefined;
}

/** What the organisation has, and may have; asked before a sandbox is made or started. */
export interface Limits {
  /** @throws DaytonaRefusal 400 when there is no such snapshot. */
  checkSnapshot(name: string | undefined): void;
  /** @throws DaytonaRefusal 400 when another sandbox, beside these that there are, would be too many. */
  checkQuota(others: readonly SandboxRow[]): void;
  /** Replaces the quota, as the organisation's tier changes. */
  setQuota(quota: Quota): void;
}

/** What each sandbox has, as its description says. */
export const SIZE = { cpu: 1, memory: 1, disk: 3 };

// As in `apps/api/src/organization/constants` of daytonaio/daytona, v0.190.
const USES_MACHINE: readonly State[] = ["creating", "restoring", "started", "starting", "stopping"];
const USES_DISK: readonly State[] = [...USES_MACHINE, "stopped", "archiving"];

const UPGRADE =
  "To increase concurrency limits, upgrade your organization's Tier by visiting https://app.daytona.io/dashboard/limits.";
const ARCHIVE = "Consider archiving your unused Sandboxes to free up available storage.";

/** @param snapshots the names of those that there are; without a name, Daytona's own is meant. */
export function makeLimits(snapshots: readonly string[], initial: Quota): Limits {
  let quota = initial;
  const refuseAbove = (most: number | undefined, wanted: number, message: string): void => {
    if (most !== undefined && wanted > most) throw new DaytonaRefusal(400, message);
  };
  return {
    setQuota: (next) => (quota = next),
    checkSnapshot: (name) => {
      if (name === undefined || snapshots.includes(name)) return;
      const message = `Snapshot ${name} not found. Did you add it through the Daytona Dashboard?`;
      throw new DaytonaRefusal(400, message);
    },
    checkQuota: (others) => {
      const machines = others.filter(({ state }) => USES_MACHINE.includes(state)).length + 1;
      const disks = others.filter(({ state }) => USES_DISK.includes(state)).length + 1;
      const { cpu, memory, disk } = quota;
      const exceeded = (what: string, most: string) =>
        `Total ${what} limit exceeded. Maximum allowed: ${most}.`;
      refuseAbove(cpu, machines * SIZE.cpu, `${exceeded("CPU", `${cpu}`)}\n${UPGRADE}`);
      refuseAbove(
        memory,
        machines * SIZE.memory,
        `${exceeded("memory", `${memory}GiB`)}\n${UPGRADE}`,
      );
      refuseAbove(
        disk,
        disks * SIZE.disk,
        `${exceeded("disk", `${disk}GiB`)}\n${ARCHIVE}\n${UPGRADE}`,
      );
    },
  };
}
