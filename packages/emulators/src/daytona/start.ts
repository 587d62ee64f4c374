import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { persistedSecret } from "../shared/data-dir.ts";
import type { Emulator, EmulatorOptions } from "../shared/emulator.ts";
import { startEmulator } from "../shared/emulator.ts";
import { daytonaApp } from "./app.ts";
import { openSandboxStore } from "./sandboxes/sandbox-store.ts";
import type { Limits, Quota } from "./sandboxes/limits.ts";
import { createLimits } from "./sandboxes/limits.ts";
import type { Delay, DelayName } from "./sandboxes/state-machine.ts";
import { createSandboxRuntime } from "./runtime/sandbox-runtime.ts";
import { openPreviews } from "./previews/previews.ts";
import type { StorageCredentials } from "./snapshots/aws-signature.ts";
import { openObjectStore } from "./snapshots/object-store.ts";
import { openSnapshotStore } from "./snapshots/snapshot-store.ts";
import { removeOrphanedWorkspaces } from "./runtime/workspace.ts";

/** How to start a Daytona emulator. */
export interface DaytonaEmulatorOptions extends EmulatorOptions {
  /** Generated at the first start unless given. */
  apiKey?: string | undefined;
  /** How long transitions take: in milliseconds, or "until seen", which is until the sandbox is read once. */
  delaysMs?: Partial<Record<DelayName, Delay>> | undefined;
  /** How long it takes until a snapshot's build begins, each of its lines, and its removal; 150 ms unless given. */
  buildDelayMs?: Delay | undefined;
  /** How long a minute of the auto intervals takes, in milliseconds; 60,000 unless given. */
  minuteMs?: number | undefined;
  /** The entrypoint of every sandbox: a shell line that runs while it is started. None unless given. */
  entrypoint?: string | undefined;
  /** The names of the snapshots that are there from the start; `quaver-agent` unless given. */
  snapshots?: readonly string[] | undefined;
  /** What the organization may have; unlimited unless given. */
  quota?: Quota | undefined;
  /**
   * Ports that previews don't show; none unless given. Sandboxes share the ports of this machine, where other services
   * listen, too.
   */
  reservedPorts?: readonly number[] | undefined;
}

/** A running Daytona emulator. */
export interface DaytonaEmulator extends Emulator {
  apiKey: string;
  /** Replaces the quota. */
  setQuota(quota: Quota): void;
}

// Long enough for a live query to show each state, and short enough to wait for.
const DELAYS_MS = { create: 600, start: 400, stop: 300, archive: 600, destroy: 300 };
const BUILD_DELAY_MS = 150;
const MINUTE_MS = 60_000;

/**
 * Starts the Daytona emulator on loopback.
 *
 * The commands of its sandboxes run on this machine, as this user, in a folder per sandbox. This is for development,
 * and not a security boundary.
 *
 * @throws EmulatorError `EADDRINUSE`, `DATA_DIR_IN_USE` or `DATA_CORRUPT`.
 */
export async function startDaytonaEmulator(
  options: DaytonaEmulatorOptions,
): Promise<DaytonaEmulator> {
  const { dataDir } = options;
  let apiKey = options.apiKey ?? "";
  let limits: Limits | undefined;
  const emulator = await startEmulator("daytona", options, async (ctx, url) => {
    apiKey ||= persistedSecret(dataDir, "daytona-api-key", newApiKey);
    const objects = openObjectStore(join(dataDir, "daytona-builds"));
    const snapshots = openSnapshotStore({
      ...ctx,
      objects,
      general: options.snapshots ?? ["quaver-agent"],
      buildDelay: options.buildDelayMs ?? BUILD_DELAY_MS,
      checkQuota: (size, others) => limits?.checkSnapshotQuota(size, others),
    });
    ctx.onClose(() => snapshots.close());
    const openLimits = createLimits((idOrName) => snapshots.find(idOrName), options.quota ?? {});
    limits = openLimits;
    const runtime = createSandboxRuntime(dataDir, options.entrypoint);
    ctx.onClose(() => runtime.close());
    const sandboxes = openSandboxStore({
      ...ctx,
      limits: openLimits,
      delaysMs: { ...DELAYS_MS, ...options.delaysMs },
      minuteMs: options.minuteMs ?? MINUTE_MS,
      onStarted: (sandbox) => {
        runtime.start(sandbox).catch(() => undefined); // it was stopped meanwhile
      },
      onStopped: (id, destroyed) => runtime.stop(id, destroyed),
    });
    ctx.onClose(() => sandboxes.close());
    await removeOrphanedWorkspaces(dataDir, (id) => sandboxes.find(id) !== undefined);
    const { reservedPorts = [] } = options;
    const previews = openPreviews({ ...ctx, url, sandboxes, runtime, reservedPorts });
    const storage = storageCredentials(dataDir);
    const parts = { url, apiKey, sandboxes, runtime, previews, snapshots, objects, storage };
    const app = daytonaApp({ ...ctx, ...parts });
    return { app, upgrade: (...connection) => previews.upgrade(...connection) };
  });
  return { ...emulator, apiKey, setQuota: (quota) => limits?.setQuota(quota) };
}

/** What uploads of build contexts are signed with, kept over restarts. */
function storageCredentials(dataDir: string): StorageCredentials {
  const secret = persistedSecret(dataDir, "daytona-storage-secret", newSecret);
  return { accessKey: "quaver-emulator", secret, sessionToken: `session-${secret.slice(0, 16)}` };
}

function newSecret(): string {
  return randomBytes(32).toString("hex");
}

function newApiKey(): string {
  return `dtn_${newSecret()}`;
}
