/** Counts the operations that an action has started and that have not completed. */
export class UnawaitedOperations {
  readonly #counts = new Map<string, number>();

  /** Counts `work` until it settles. */
  async add<T>(name: string, work: Promise<T>): Promise<T> {
    this.#count(name, 1);
    try {
      return await work;
    } finally {
      this.#count(name, -1);
    }
  }

  /** Whether there are none. */
  get empty(): boolean {
    return this.#counts.size === 0;
  }

  /**
   * What production warns of when an action ends before what it has begun
   * (crates/isolate/src/environment/action/mod.rs, `add_warnings_to_log_lines`); null when there is nothing.
   */
  warning(): string | null {
    if (this.empty) return null;
    const names = [...this.#counts.keys()].toSorted();
    const total = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    return (
      `${String(total)} unawaited operation${total === 1 ? "" : "s"}: [${names.join(", ")}]. Async operations should be ` +
      "awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information."
    );
  }

  #count(name: string, by: number): void {
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}
