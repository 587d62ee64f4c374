/**
 * The pace of a run: nothing goes on by itself. Whatever could happen next waits for its turn, and
 * fast-check's scheduler says whose turn it is. In between, everything else stands still.
 */
import { setImmediate } from "node:timers";
import type fc from "fast-check";
import { vi } from "vitest";

// Taken before the clock is controlled: a turn of the real event loop ends every chain of promises.
const afterEverything = setImmediate;

const STEP_MS = 5; // that a step takes, by the controlled clock

/** Gives turns, from the moment that it is begun; before, whoever asks may go on at once. */
export class Pace {
  /** How many turns have been given. */
  steps = 0;
  #scheduler: fc.Scheduler | undefined;
  #asked = 0;

  /** From now on turns are given by this scheduler alone. */
  begin(scheduler: fc.Scheduler): void {
    this.#scheduler = scheduler;
  }

  /** Resolves when it is the turn of `who`. */
  async turn(who: string): Promise<void> {
    if (this.#scheduler === undefined) return;
    this.#asked++;
    await this.#scheduler.schedule(Promise.resolve(), who);
  }

  /**
   * Gives one turn, and lets everything run until it waits again.
   *
   * @returns false when nobody waits
   */
  async step(): Promise<boolean> {
    if (this.#scheduler === undefined || this.#scheduler.count() === 0) return false;
    this.steps++;
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
    await this.#standStill();
    vi.advanceTimersByTime(ms);
    await this.#standStill();
  }

  /** Lets time pass until the next thing comes due, and returns whether there was one. */
  async passToNext(): Promise<boolean> {
    if (vi.getTimerCount() === 0) return false;
    vi.advanceTimersToNextTimer();
    await this.#standStill();
    return true;
  }

  async #standStill(): Promise<void> {
    for (let seen = -1; seen !== this.#asked;) {
      seen = this.#asked;
      vi.advanceTimersByTime(0);
      await new Promise<void>((resolve) => afterEverything(resolve));
    }
  }
}
