import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 100;
const PREPARED_WITHIN_MS = 30_000;

/** Waits for what must come. @throws Error that says what didn't */
export async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  if (!(await holdsWithin(PREPARED_WITHIN_MS, check))) throw new Error(`Waited for ${what}.`);
}

/** Whether something comes to hold within a time, in milliseconds. */
export async function holdsWithin(ms: number, check: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(INTERVAL_MS)) {
    if (await check()) return true;
  }
  return await check();
}
