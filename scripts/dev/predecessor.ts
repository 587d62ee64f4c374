import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../lib/failure.ts";

/** How long a run that was just killed may take to let go of its ports and of the data folder. */
const GRACE_MS = 3_000;
const TRY_EVERY_MS = 100;

/** What the parts say when something they need is somebody else's. */
const TAKEN = new Set(["PORT_IN_USE", "EADDRINUSE", "DATA_FOLDER_IN_USE", "DATA_DIR_IN_USE"]);

/**
 * Starts something that the run before may not have let go of yet: whoever restarts is faster than a dying process.
 * @param start called with `insist` while waiting may help, and at last without: then it takes what it can get
 */
export async function outliving<T>(start: (insist: boolean) => Promise<T>): Promise<T> {
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
