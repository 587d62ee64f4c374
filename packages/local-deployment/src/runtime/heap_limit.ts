import { MAX_HEAP_BYTES } from "../limits/functions.ts";

/** How often it is measured at most, in milliseconds: measuring costs some hundredths of one. */
const EVERY_MS = 10;

/** Measures what one function keeps, in the thread that it runs in, whenever it pauses. */
export class HeapLimit {
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
