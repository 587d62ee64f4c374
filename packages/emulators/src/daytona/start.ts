import { randomBytes } from "node:crypto";
import { keptSecret } from "../shared/data-dir.ts";
import type { Service, ServiceOptions } from "../shared/service.ts";
import { startService } from "../shared/service.ts";
import { daytonaApp } from "./app.ts";
import { openFleet } from "./fleet.ts";
import type { Quota } from "./limits.ts";
import { makeLimits } from "./limits.ts";
import type { Delay, DelayName } from "./machine.ts";
import { makeMachines } from "./machines.ts";
import { openPreviews } from "./previews.ts";
import { removeStrayWorkspaces } from "./workspace.ts";

/** See `startDaytonaEmulator`. */
export interface DaytonaEmulatorOptions extends ServiceOptions {
  /** Made at the first start unless given. */
  apiKey?: string | undefined;
  /** How long changes of state take, in milliseconds; "until seen" is until the sandbox is asked for. */
  delaysMs?: Partial<Record<DelayName, Delay>> | undefined;
  /** How long a minute of the auto intervals is, in milliseconds; 60,000 unless given. */
  minuteMs?: number | undefined;
  /** A shell line that every sandbox runs while it is started, as a snapshot's entrypoint; none unless given. */
  entrypoint?: string | undefined;
  /** The snapshots that there are: `quaver-agent` unless given. */
  snapshots?: readonly string[] | undefined;
  /** What all sandboxes may have together; as much as they like unless given. */
  quota?: Quota | undefined;
  /**
   * Ports of this machine that no preview shows; none unless given. A sandbox's ports are this machine's here, and
   * those of other services are none of its own.
   */
  reservedPorts?: readonly number[] | undefined;
}

/** A running Daytona emulator. */
export interface DaytonaEmulator extends Service {
  apiKey: string;
  /** What all sandboxes may have together, from now on. */
  setQuota(quota: Quota): void;
}

// Long enough for a subscriber to see the states pass, short enough not to be waited for.
const DELAYS_MS = { create: 600, start: 400, stop: 300, archive: 600, destroy: 300 };
const MINUTE_MS = 60_000;

/**
 * Starts the Daytona emulator on loopback.
 *
 * Commands sent to its sandboxes really run on this machine, as this user, in a folder per sandbox:
 * a development convenience, not a security boundary.
 *
 * @throws EmulatorError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startDaytonaEmulator(
  options: DaytonaEmulatorOptions,
): Promise<DaytonaEmulator> {
  const { dataDir } = options;
  let apiKey = options.apiKey ?? "";
  const limits = makeLimits(options.snapshots ?? ["quaver-agent"], options.quota ?? {});
  const service = await startService("daytona", options, async (foundations, url) => {
    apiKey ||= keptSecret(dataDir, "daytona-api-key", newApiKey);
    const machines = makeMachines(dataDir, options.entrypoint);
    foundations.onClose(() => machines.close());
    const fleet = openFleet({
      ...foundations,
      limits,
      delaysMs: { ...DELAYS_MS, ...options.delaysMs },
      minuteMs: options.minuteMs ?? MINUTE_MS,
      onStarted: (sandbox) => {
        machines.boot(sandbox).catch(() => undefined); // it was shut down meanwhile
      },
      onStopped: (id, destroyed) => machines.shutDown(id, destroyed),
    });
    foundations.onClose(() => fleet.close());
    await removeStrayWorkspaces(dataDir, (id) => fleet.find(id) !== undefined);
    const { reservedPorts = [] } = options;
    const previews = openPreviews({ ...foundations, url, fleet, machines, reservedPorts });
    const app = daytonaApp({ ...foundations, url, apiKey, fleet, machines, previews });
    return { app, upgrade: (...connection) => previews.upgrade(...connection) };
  });
  return { ...service, apiKey, setQuota: (quota) => limits.setQuota(quota) };
}

function newApiKey(): string {
  return `dtn_${randomBytes(32).toString("hex")}`;
}
