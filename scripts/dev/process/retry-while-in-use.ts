import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, CommandFailure } from "../../lib/failure.ts";
import { findRunning } from "./running.ts";

/** How long a run that was just killed may take to release its ports and the data folder. */
const GRACE_MS = 3_000;
const TRY_EVERY_MS = 100;

/** The codes of errors about something that another process uses. */
const TAKEN = new Set(["PORT_IN_USE", "EADDRINUSE", "DATA_FOLDER_IN_USE", "DATA_DIR_IN_USE"]);

/**
 * Starts something, and retries while a port or the data folder is in use: a previous run may still be ending.
 * @param start called with `insist` during the retries; at last without it: then it may use other ports
 * @throws CommandFailure `ALREADY_RUNNING` when another run uses the data folder, and answers
 */
export async function retryWhileInUse<T>(
  dataDir: string,
  start: (insist: boolean) => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + GRACE_MS;
  while (performance.now() < giveUpAt) {
    try {
      return await start(true);
    } catch (error) {
      if (!TAKEN.has(codeOf(error))) throw error;
      await refuseSecondRun(dataDir);
      await sleep(TRY_EVERY_MS);
    }
  }
  return await start(false);
}

async function refuseSecondRun(dataDir: string): Promise<void> {
  const running = await findRunning(dataDir);
  if (running === null) return;
  const { openUrl, pid } = running;
  throw new CommandFailure("ALREADY_RUNNING", `Already running at ${openUrl} (pid ${pid}).`);
}
