/** A turn's steps in words. */
import { formatElapsed } from "../../lib/format";
import type { Turn } from "../../lib/types";
import { text } from "../../text";

/** How many steps a turn took and how long: "5 steps, 42 s". Null for one that never began. */
export function summaryOf({ stepCount = 0, startedAt, endedAt }: Turn): string | null {
  if (startedAt === undefined || endedAt === undefined) return null;
  const elapsed = formatElapsed(endedAt - startedAt);
  return stepCount === 0 ? elapsed : text.conversation.stepsTaken(stepCount, elapsed);
}

/** How long a running turn has been at work at `now` (ms). */
export function workingFor({ startedAt }: Turn, now: number): string {
  return startedAt === undefined ? "" : formatElapsed(now - startedAt);
}

const WORTH_A_TIME_MS = 1000;

/** How long a step took, or has taken at `now` (ms); empty for one that was over at once. */
export function stepTime(step: { startedAt: number; endedAt?: number }, now: number): string {
  const ms = (step.endedAt ?? now) - step.startedAt;
  return ms < WORTH_A_TIME_MS ? "" : formatElapsed(ms);
}
