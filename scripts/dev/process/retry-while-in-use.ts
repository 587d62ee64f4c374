import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../../lib/failure.ts";

/** How long a run that was just killed may take to release its ports and the data folder. */
const GRACE_MS = 3_000;
const TRY_EVERY_MS = 100;

/** The codes of errors about something that another process uses. */
const TAKEN = new Set(["PORT_IN_USE", "EADDRINUSE", "DATA_FOLDER_IN_USE", "DATA_DIR_IN_USE"]);

/**
 * Starts something, and retries while a port or the data folder is in use: a previous run may still be ending.
 * @param start called with `insist` during the retries; at last without it: then it may use other ports
 */
export async function retryWhileInUse<T>(start: (insist: boolean) => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + GRACE_MS;
  while (performance.now() < giveUpAt) {
    try {
      return await start(true);
    } catch (error) {
      if (!TAKEN.has(codeOf(error))) throw error;
      await sleep(TRY_EVERY_MS);
    }
  }
  return await start(false);
}
