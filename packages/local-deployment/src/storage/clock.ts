import type { Meta } from "./meta.ts";

/** The next double above `x` (finite, positive). */
function nextDouble(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0);
}

/**
 * The deployment's two clocks. Commit timestamps are nanoseconds, strictly increasing, and kept in
 * the data file, since clients compare them across restarts. Creation times are milliseconds in a
 * double, strictly increasing too, so that `by_creation_time` is the order of insertion.
 */
export class Clock {
  #latest: bigint;
  #lastCreation: number;

  constructor(
    private readonly meta: Meta,
    private readonly now: () => number = Date.now,
  ) {
    this.#latest = BigInt(meta.get("latestTs") ?? "0");
    this.#lastCreation = Number(meta.get("lastCreation") ?? "0");
  }

  /** The timestamp of the newest commit, in nanoseconds since 1970. */
  get latest(): bigint {
    return this.#latest;
  }

  /** The wall clock, in milliseconds. */
  wallMs(): number {
    return this.now();
  }

  /** What the next commit will be stamped with. */
  nextCommit(): bigint {
    const wall = BigInt(Math.trunc(this.now())) * 1_000_000n;
    return wall > this.#latest ? wall : this.#latest + 1n;
  }

  /** The creation time of the next document, in milliseconds. */
  nextCreation(beganAt: number): number {
    this.#lastCreation = Math.max(beganAt, nextDouble(this.#lastCreation));
    return this.#lastCreation;
  }

  /** Stores both clocks, inside the commit's own SQLite transaction. */
  persist(ts: bigint): void {
    this.meta.set("latestTs", String(ts));
    this.meta.set("lastCreation", String(this.#lastCreation));
  }

  /** Advances both clocks after the commit. */
  advance(ts: bigint): void {
    this.#latest = ts;
  }
}
