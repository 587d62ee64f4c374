/**
 * The steps of a run. Whatever could happen next waits for its turn, and fast-check's scheduler says whose turn it is.
 * Between two turns nothing else runs.
 */
import { setImmediate } from "node:timers";
import type fc from "fast-check";
import { vi } from "vitest";

// Taken before the clock is controlled: a turn of the real event loop ends every chain of promises.
const turnOfEventLoop = setImmediate;

const STEP_MS = 5; // that a step takes, by the controlled clock

/** Gives turns once it is started; before, nothing waits. */
export class StepScheduler {
  /** How many turns have been given. */
  count = 0;
  #scheduler: fc.Scheduler | undefined;
  #requests = 0;

  /** From now on this scheduler gives the turns. */
  start(scheduler: fc.Scheduler): void {
    this.#scheduler = scheduler;
  }

  /** Resolves when it is the turn of `who`. */
  async turn(who: string): Promise<void> {
    if (this.#scheduler === undefined) return;
    this.#requests++;
    await this.#scheduler.schedule(Promise.resolve(), who);
  }

  /**
   * Gives one turn, and lets everything run until it waits again.
   *
   * @returns false when nothing waits
   */
  async step(): Promise<boolean> {
    if (this.#scheduler === undefined || this.#scheduler.count() === 0) return false;
    this.count++;
    await this.#scheduler.waitNext(1);
    await this.pass(STEP_MS);
    return true;
  }

  /** Lets time pass, in ms, as a part of the present step. */
  skip(ms: number): void {
    vi.advanceTimersByTime(ms);
  }

  /** Lets time pass, in ms; what comes due begins. */
  async pass(ms: number): Promise<void> {
    await this.#untilAllWait();
    vi.advanceTimersByTime(ms);
    await this.#untilAllWait();
  }

  /** Lets time pass until the next timer is due, and returns whether there was one. */
  async passToNextTimer(): Promise<boolean> {
    if (vi.getTimerCount() === 0) return false;
    vi.advanceTimersToNextTimer();
    await this.#untilAllWait();
    return true;
  }

  async #untilAllWait(): Promise<void> {
    for (let seen = -1; seen !== this.#requests;) {
      seen = this.#requests;
      vi.advanceTimersByTime(0);
      await new Promise<void>((resolve) => turnOfEventLoop(resolve));
    }
  }
}
