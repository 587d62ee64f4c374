import { keyAfter } from "../values/encoding/index_key.ts";
import { RangeSet, type IndexRange } from "../values/queries/range_set.ts";

/** An open query, which adds its reads on demand. */
export interface OpenRead {
  /** Adds everything that was read so far. */
  settle(): void;
}

/**
 * What a transaction has read, by ranges of index keys: what makes a live query's result stale, and what
 * the limit on reads counts. Ranges that overlap or touch are one (`TransactionReadSet` in
 * crates/database/src/reads.rs).
 */
export class ReadSet implements Iterable<IndexRange> {
  readonly #ranges = new RangeSet();
  /** By index, the keys of new documents, which nothing was read of since. */
  readonly #inserted = new Map<string, Uint8Array[]>();
  readonly #open = new Set<OpenRead>();
  #count = 0;

  /** How many ranges were read, without the latest reads of open queries. */
  get count(): number {
    return this.#count;
  }

  /** Adds a range that was read. */
  add(indexId: string, start: Uint8Array, end: Uint8Array | null): void {
    this.#addInserted(indexId);
    const before = this.#ranges.count(indexId);
    this.#ranges.add(indexId, start, end);
    // As production's sum goes, which knows of ranges that were only depended on when one is added.
    this.#count = Math.max(0, this.#count - before) + this.#ranges.count(indexId);
  }

  /** Adds a range that the result depends on and that is not counted as a read. */
  depend(indexId: string, start: Uint8Array, end: Uint8Array | null): void {
    this.#ranges.add(indexId, start, end);
  }

  /** Adds the key of a new document, which must not have been there. Counted once the index is read. */
  insert(indexId: string, key: Uint8Array): void {
    const keys = this.#inserted.get(indexId);
    if (keys === undefined) this.#inserted.set(indexId, [key]);
    else keys.push(key);
  }

  /** Registers a query, until it is closed. */
  open(read: OpenRead): void {
    this.#open.add(read);
  }

  close(read: OpenRead): void {
    this.#open.delete(read);
  }

  /** Adds the reads of all open queries. */
  settle(): void {
    for (const read of this.#open) read.settle();
  }

  [Symbol.iterator](): Iterator<IndexRange> {
    return this.#ranges[Symbol.iterator]();
  }

  #addInserted(indexId: string): void {
    const keys = this.#inserted.get(indexId);
    if (keys === undefined) return;
    this.#inserted.delete(indexId);
    for (const key of keys) this.#ranges.add(indexId, key, keyAfter(key));
  }
}
