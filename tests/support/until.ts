import { setTimeout as sleep } from "node:timers/promises";

/** How often, and for how long, something is polled for. */
interface PollOptions {
  intervalMs?: number;
  timeoutMs?: number;
}

/**
 * Polls until `check` returns something other than null, undefined and false.
 *
 * @param what - is named by the error
 * @throws Error when the time is over
 */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  { intervalMs = 100, timeoutMs = 60_000 }: PollOptions = {},
): Promise<Exclude<T, null | undefined | false>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await check();
    // What is none of the three is what is left of T.
    if (found !== null && found !== undefined && found !== false) return found as never;
    if (Date.now() >= end) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await sleep(intervalMs);
  }
}

/** Whether `check` comes to hold within a time. */
export async function holdsWithin(
  timeoutMs: number,
  check: () => Promise<boolean>,
  intervalMs = 50,
): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() >= end) return false;
    await sleep(intervalMs);
  }
  return true;
}
