import { FUNCTION_TIMEOUT_MS } from "../../limits/functions.ts";
import { FailureError, TIMED_OUT } from "../../runtime/errors/failure.ts";
import { currentThread, threadCpuMs } from "../../lib/thread_stats.ts";
import type { Execution } from "./frame.ts";

/**
 * How long a function may compute from the first check on, in milliseconds of the thread's CPU time. It is for
 * functions that await something: one that never does is ended by the server, together with the thread.
 */
const CPU_TIME_MS = 2 * FUNCTION_TIMEOUT_MS;
/** When a function is first checked, and how often then, in milliseconds. */
const FIRST_CHECK_MS = FUNCTION_TIMEOUT_MS;
const CHECK_MS = 250;

/**
 * Waits for a function within its time limit. The time of its system calls does not count, nor the time in which a busy
 * machine runs other threads.
 * @throws FailureError when its time is over
 */
export async function withinCpuTime(
  execution: Execution,
  running: Promise<string>,
): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const begin = () => {
      const before = cpuMs(execution);
      const check = () => {
        if (cpuMs(execution) - before >= CPU_TIME_MS) reject(new FailureError(TIMED_OUT));
        else timer = setTimeout(check, CHECK_MS);
      };
      timer = setTimeout(check, CHECK_MS);
    };
    timer = setTimeout(begin, FIRST_CHECK_MS);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

const thread = currentThread();

/** The thread's CPU time without the function's system calls; wall-clock time where the system does not report it. */
function cpuMs({ waitedMs }: Execution): number {
  return ((thread === null ? null : threadCpuMs(thread)) ?? performance.now()) - waitedMs;
}
