import { FUNCTION_TIMEOUT_MS } from "../limits/functions.ts";
import { FailureError, TIMED_OUT } from "../runtime/failure.ts";
import { ownThread, threadTimeMs } from "../lib/thread_stats.ts";
import type { Execution } from "./frame.ts";

/**
 * How long a function may compute from the first look at it on, in milliseconds of the thread's time. It is for one that
 * lets the thread go from time to time: one that never does is ended by the server, which ends the thread.
 */
const OWN_TIME_MS = 2 * FUNCTION_TIMEOUT_MS;
/** When a function is first looked at, and how often then, in milliseconds. */
const FIRST_LOOK_MS = FUNCTION_TIMEOUT_MS;
const LOOK_MS = 250;

/**
 * Waits for a function, as long as it has time: what system calls take is not its own, nor what others take of a busy
 * machine.
 * @throws FailureError when its time is over
 */
export async function inOwnTime(execution: Execution, running: Promise<string>): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const begin = () => {
      const before = ownMs(execution);
      const look = () => {
        if (ownMs(execution) - before >= OWN_TIME_MS) reject(new FailureError(TIMED_OUT));
        else timer = setTimeout(look, LOOK_MS);
      };
      timer = setTimeout(look, LOOK_MS);
    };
    timer = setTimeout(begin, FIRST_LOOK_MS);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

const thread = ownThread();

/** The thread's time without that of the function's system calls; by the clock where the system doesn't tell it. */
function ownMs({ waitedMs }: Execution): number {
  return ((thread === null ? null : threadTimeMs(thread)) ?? performance.now()) - waitedMs;
}
