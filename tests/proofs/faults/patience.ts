import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 100;
const PREPARED_WITHIN_MS = 30_000;

/** Waits for what must come. @throws Error that says what didn't */
export async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  if (!(await holdsWithin(PREPARED_WITHIN_MS, check))) throw new Error(`Waited for ${what}.`);
}

/** Whether something comes to hold within a time, in milliseconds. */
export async function holdsWithin(ms: number, check: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() >= end) return false;
    await sleep(INTERVAL_MS);
  }
  return true;
}
