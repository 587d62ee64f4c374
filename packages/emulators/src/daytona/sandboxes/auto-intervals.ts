import type { Operation } from "./state-machine.ts";
import type { SandboxRow } from "./rows.ts";

const MAX_ARCHIVE_INTERVAL = 30 * 24 * 60; // minutes; what an auto-archive interval of 0 means

/**
 * What Daytona does to a sandbox by itself at this moment: delete it at the end of its life, stop it when it is idle,
 * archive or delete it when it has been stopped for long.
 *
 * @param now epoch milliseconds.
 * @param minuteMs how long a minute of the intervals takes, in milliseconds; tests make it shorter.
 */
export function dueOperation(
  sandbox: SandboxRow,
  now: number,
  minuteMs: number,
): Operation | undefined {
  if (sandbox.autoDestroyAt !== undefined && now >= sandbox.autoDestroyAt) return "delete";
  const passed = (since: number, minutes: number) => now - since >= minutes * minuteMs;
  if (sandbox.state === "started") {
    const { autoStopInterval, lastActivityAt } = sandbox;
    return autoStopInterval > 0 && passed(lastActivityAt, autoStopInterval) ? "stop" : undefined;
  }
  if (sandbox.state !== "stopped") return undefined;
  const { autoDeleteInterval, autoArchiveInterval, updatedAt } = sandbox;
  if (autoDeleteInterval >= 0 && passed(updatedAt, autoDeleteInterval)) return "delete";
  return passed(updatedAt, autoArchiveInterval || MAX_ARCHIVE_INTERVAL) ? "archive" : undefined;
}
