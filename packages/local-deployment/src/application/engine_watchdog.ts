import type { EngineOperation } from "../engine/protocol.ts";
import { threadCpuMs } from "../lib/thread_stats.ts";

/** How often the running function is checked, in milliseconds. */
export const WATCH_MS = 100;
/**
 * How long one query or mutation may compute, in milliseconds of the thread's CPU time. Production's
 * limit is one second of user time on its machines; this is a development machine, and a busy one.
 */
const CPU_TIMEOUT_MS = 1_600;
/**
 * How long one may take in wall-clock time unless it is configured, in milliseconds: one that waits does not compute, and
 * one that computes gets as little as a tenth of a processor on a busy machine.
 */
const WALL_TIMEOUT_MS = 20_000;

/** Operations that run functions; the others may take as long as they need. */
const RUNS_FUNCTIONS: ReadonlySet<EngineOperation> = new Set([
  "query",
  "mutation",
  "liveQueries",
  "runNextJob",
]);

/** The engine's current request, and how many functions it has started in total. */
export interface Progress {
  readonly id: number;
  readonly count: number;
  readonly op: EngineOperation | undefined;
}

/** Detects a query or mutation that has run for too long in the engine's thread. */
export class EngineWatchdog {
  /** The engine thread's id; null where the system does not report it. */
  thread: number | null = null;
  #id = 0;
  #count = 0;
  /** The thread's CPU time when the function was first seen, in milliseconds. */
  #cpuBefore = 0;
  /** How long it has been watched, in milliseconds, without time in which this process was suspended. */
  #watchedFor = 0;
  #lastCheck = performance.now();

  /** @param wallTimeoutMs - How long one may take in wall-clock time. */
  constructor(private readonly wallTimeoutMs = WALL_TIMEOUT_MS) {}

  /** Checks the running function; called every `WATCH_MS`. @returns whether it has run for too long */
  check({ id, count, op }: Progress): boolean {
    const now = performance.now();
    const sinceLastCheck = Math.min(now - this.#lastCheck, 2 * WATCH_MS);
    this.#lastCheck = now;
    if (op === undefined || !RUNS_FUNCTIONS.has(op)) {
      this.reset();
      return false;
    }
    // Where the system does not report the thread's CPU time, wall-clock time is used.
    const computed = (this.thread === null ? null : threadCpuMs(this.thread)) ?? now;
    if (id !== this.#id || count !== this.#count) {
      this.#id = id;
      this.#count = count;
      this.#cpuBefore = computed;
      this.#watchedFor = 0;
      return false;
    }
    this.#watchedFor += sinceLastCheck;
    return computed - this.#cpuBefore >= CPU_TIMEOUT_MS || this.#watchedFor >= this.wallTimeoutMs;
  }

  /** Whether the same function was running at the last two checks. */
  get running(): boolean {
    return this.#watchedFor > 0;
  }

  /** Called when nothing runs, or another engine was started. */
  reset(): void {
    this.#id = 0;
    this.#count = 0;
    this.#watchedFor = 0;
  }
}
