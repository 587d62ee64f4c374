/** Lets so many through at once; the others wait in the order in which they came. */
export class Limiter {
  #free: number;
  readonly #waiting: ((admitted: boolean) => void)[] = [];

  /** @param limit how many at once */
  constructor(readonly limit: number) {
    this.#free = limit;
  }

  /**
   * Waits for a place, which `release` gives back.
   * @param timeoutMs how long, in milliseconds; null for as long as it takes
   * @returns whether it was had in time
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

  /** Turns away everybody who waits. */
  close(): void {
    for (const settle of this.#waiting.splice(0)) settle(false);
  }
}
