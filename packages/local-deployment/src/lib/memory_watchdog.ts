import { threadFaultedBytes } from "./thread_stats.ts";

const MIB = 1024 * 1024;
/**
 * How much more than at its lowest the process may hold, in bytes, and how much of it the thread must have touched. A
 * function that keeps less than production allows (64 MiB) and keeps allocating and dropping more stays far below.
 */
const MAX_GROWTH_BYTES = 256 * MIB;
const MIN_TOUCHED_BYTES = 160 * MIB;

/** Watches the memory of a thread from another one, since what runs in it may never pause. */
export class MemoryWatchdog {
  #lowest = Infinity;
  #touchedBefore = 0;

  /** @param thread - The thread's id, as the system counts them; null while it is not known, and then nothing is detected. */
  constructor(private readonly thread: () => number | null) {}

  /**
   * Whether the thread has filled too much memory; called several times a second.
   * @param held - How much the process holds, in bytes.
   */
  isOverLimit(held: number): boolean {
    const thread = this.thread();
    const touched = thread === null ? null : threadFaultedBytes(thread);
    if (touched === null) return false;
    if (held < this.#lowest) {
      this.#lowest = held;
      this.#touchedBefore = touched;
    }
    return (
      held - this.#lowest > MAX_GROWTH_BYTES && touched - this.#touchedBefore > MIN_TOUCHED_BYTES
    );
  }
}
