/** A semaphore: it grants a number of slots at once, and the others wait in order. */
export class Limiter {
  #free: number;
  readonly #waiting: ((admitted: boolean) => void)[] = [];

  /** @param limit how many at once */
  constructor(readonly limit: number) {
    this.#free = limit;
  }

  /**
   * Waits for a slot, which `release` returns.
   * @param timeoutMs how long to wait, in milliseconds; null for no limit
   * @returns whether the slot was granted in time
   */
  acquire(timeoutMs: number | null): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const settle = (admitted: boolean) => {
        clearTimeout(timer);
        resolve(admitted);
      };
      const timer =
        timeoutMs === null
          ? undefined
          : setTimeout(() => {
              this.#waiting.splice(this.#waiting.indexOf(settle), 1);
              resolve(false);
            }, timeoutMs);
      this.#waiting.push(settle);
    });
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next(true);
  }

  /** Refuses all waiting calls. */
  close(): void {
    for (const settle of this.#waiting.splice(0)) settle(false);
  }
}
