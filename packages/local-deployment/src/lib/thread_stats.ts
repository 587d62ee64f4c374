import { readFileSync, readlinkSync } from "node:fs";

/** The unit of the kernel's times for user space, in milliseconds (USER_HZ is 100 on every Linux). */
const TICK_MS = 10;

/** The size of a page of memory, in bytes. */
const PAGE_BYTES = 4_096;

/**
 * How long a thread of this process has been computing, in milliseconds; null where the system does not
 * tell (other than Linux). proc(5): `utime` and `stime` are the 14th and 15th fields of `stat`.
 *
 * @param thread - The thread's id, as the system counts them.
 */
export function threadCpuMs(thread: number): number | null {
  const fields = statOf(thread);
  return fields === null ? null : (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * How much memory a thread of this process was given when it touched it, in bytes; null where the system does not
 * tell. proc(5): `minflt` is the 10th field of `stat`.
 *
 * @param thread - The thread's id, as the system counts them.
 */
export function threadFaultedBytes(thread: number): number | null {
  const fields = statOf(thread);
  return fields === null ? null : Number(fields[7]) * PAGE_BYTES;
}

/** The fields of a thread's `stat`, from the third on. */
function statOf(thread: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/self/task/${String(thread)}/stat`, "utf8");
    // The second field is a name in parentheses, which may hold spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** The calling thread's id in the operating system; null where it does not report it. */
export function currentThread(): number | null {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return null;
  }
}
