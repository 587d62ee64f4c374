import type { Failure } from "./failure.ts";

const MIB = 1024 * 1024;
/** What production gives a function for its objects, in bytes (crates/common/src/knobs.rs, ISOLATE_MAX_USER_HEAP_SIZE). */
const MAX_HEAP_BYTES = 64 * MIB;
/** How often it is measured at most, in milliseconds: measuring costs some hundredths of one. */
const EVERY_MS = 10;

/** Production's text for a function that needs more. */
export const OUT_OF_MEMORY: Failure = {
  message: `JavaScript execution ran out of memory (maximum memory usage: ${String(MAX_HEAP_BYTES / MIB)} MB)`,
};

/** Measures what one function keeps, in the thread that it runs in, whenever it pauses. */
export class HeapMeter {
  readonly #before = heapUsed();
  #heldBefore = process.memoryUsage.rss();
  #measured = performance.now();

  /** Whether it keeps more than production allows. What it has thrown away is collected before that is said. */
  isExceeded(): boolean {
    const now = performance.now();
    if (now - this.#measured < EVERY_MS) return false;
    this.#measured = now;
    const held = process.memoryUsage.rss();
    // What the heap holds is known as of its last collection; since then the process has grown at least as much.
    const mayExceed =
      heapUsed() - this.#before > MAX_HEAP_BYTES || held - this.#heldBefore > MAX_HEAP_BYTES;
    if (!mayExceed) return false;
    Bun.gc(true);
    this.#heldBefore = held;
    this.#measured = performance.now();
    return heapUsed() - this.#before > MAX_HEAP_BYTES;
  }
}

/** Of this thread, in bytes. */
function heapUsed(): number {
  return process.memoryUsage().heapUsed;
}
