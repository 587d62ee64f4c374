import type { EngineOperation } from "../engine/protocol.ts";
import { threadTimeMs } from "../lib/thread_stats.ts";

/** How often a running function is looked at, in milliseconds. */
export const WATCH_MS = 100;
/**
 * How long one query or mutation may compute, in milliseconds of the thread's own time. Production's
 * limit is one second of user time on its machines; this is a development machine, and a busy one.
 */
const STUCK_MS = 1_600;
/**
 * How long one may take by the clock on the wall, in milliseconds: one that waits does not compute, and
 * one that computes gets as little as a tenth of a processor on a busy machine.
 */
const WAITING_MS = 20_000;

/** Operations that run functions; the others may take as long as they need. */
const RUNS_FUNCTIONS: ReadonlySet<EngineOperation> = new Set([
  "query",
  "mutation",
  "liveQueries",
  "runNextJob",
]);

/** What the engine is doing: the request, and how many functions it has begun in all. */
export interface Progress {
  readonly id: number;
  readonly count: number;
  readonly op: EngineOperation | undefined;
}

/** Tells when one function has had the engine's thread for too long. */
export class StuckWatch {
  /** The engine thread's id; null where the system does not tell. */
  thread: number | null = null;
  #id = 0;
  #count = 0;
  /** The thread's own time when the function was first seen, in milliseconds. */
  #computedBefore = 0;
  /** For how long it was watched, in milliseconds: time that this process did not run is not its own. */
  #watchedFor = 0;
  #lastLook = performance.now();

  /** Looks at it; called every `WATCH_MS`. @returns whether it is stuck */
  look({ id, count, op }: Progress): boolean {
    const now = performance.now();
    const sinceLastLook = Math.min(now - this.#lastLook, 2 * WATCH_MS);
    this.#lastLook = now;
    if (op === undefined || !RUNS_FUNCTIONS.has(op)) {
      this.reset();
      return false;
    }
    // Where the system does not tell how long the thread has computed, the clock on the wall must do.
    const computed = (this.thread === null ? null : threadTimeMs(this.thread)) ?? now;
    if (id !== this.#id || count !== this.#count) {
      this.#id = id;
      this.#count = count;
      this.#computedBefore = computed;
      this.#watchedFor = 0;
      return false;
    }
    this.#watchedFor += sinceLastLook;
    return computed - this.#computedBefore >= STUCK_MS || this.#watchedFor >= WAITING_MS;
  }

  /** Whether the function that was seen at the last look has been there at the one before. */
  get running(): boolean {
    return this.#watchedFor > 0;
  }

  /** Nothing runs, or another engine does. */
  reset(): void {
    this.#id = 0;
    this.#count = 0;
    this.#watchedFor = 0;
  }
}
