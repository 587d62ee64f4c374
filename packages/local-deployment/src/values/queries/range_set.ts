import { compareKeys } from "../encoding/index_key.ts";

/** A range of one index's keys: from `start` on, below `end`; a null `end` is above every key. */
export interface IndexRange {
  readonly indexId: string;
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

type Range = Omit<IndexRange, "indexId">;

/**
 * Whether a key lies in a range.
 *
 * @param key - The key.
 * @param range - From its `start` on, below its `end`.
 */
export function keyInRange(key: Uint8Array, range: Range): boolean {
  return compareKeys(key, range.start) >= 0 && isBelow(key, range.end);
}

/**
 * Whether two ranges share a key. An empty range shares none.
 *
 * @param a - A range.
 * @param b - Another range of the same index.
 */
export function rangesOverlap(a: Range, b: Range): boolean {
  const start = compareKeys(a.start, b.start) > 0 ? a.start : b.start;
  return isBelow(start, a.end) && isBelow(start, b.end);
}

/** What a function has read: ranges of keys by index. Ranges that touch become one. */
export class RangeSet implements Iterable<IndexRange> {
  /** Per index, disjoint and in order. */
  private readonly ranges = new Map<string, Range[]>();

  /** @param ranges - Ranges to start with, for example those that another thread has sent. */
  constructor(ranges: Iterable<IndexRange> = []) {
    for (const { indexId, start, end } of ranges) this.add(indexId, start, end);
  }

  /** How many separate ranges there are. */
  get size(): number {
    let size = 0;
    for (const ranges of this.ranges.values()) size += ranges.length;
    return size;
  }

  /** How many separate ranges of an index there are. */
  count(indexId: string): number {
    return this.ranges.get(indexId)?.length ?? 0;
  }

  /**
   * Adds a range; an empty one adds nothing.
   *
   * @param indexId - The index.
   * @param start - The first key.
   * @param end - The first key after the range, or null for all keys from `start` on.
   */
  add(indexId: string, start: Uint8Array, end: Uint8Array | null): void {
    if (!isBelow(start, end)) return;
    const ranges = this.ranges.get(indexId);
    if (ranges === undefined) {
      this.ranges.set(indexId, [{ start, end }]);
      return;
    }
    const first = firstEndingAtOrAfter(ranges, start);
    let after = first;
    let merged: Range = { start, end };
    for (let next = ranges[after]; next && startsAtOrBefore(next, end); next = ranges[++after]) {
      merged = {
        start: compareKeys(next.start, merged.start) < 0 ? next.start : merged.start,
        end: isBelowEnd(merged.end, next.end) ? next.end : merged.end,
      };
    }
    ranges.splice(first, after - first, merged);
  }

  /**
   * Whether a key of an index lies in one of the ranges.
   *
   * @param indexId - The index.
   * @param key - The key.
   */
  contains(indexId: string, key: Uint8Array): boolean {
    const ranges = this.ranges.get(indexId);
    if (ranges === undefined) return false;
    // A range that ends at the key itself does not contain it, but the next one may start there.
    const at = firstEndingAtOrAfter(ranges, key);
    return ranges.slice(at, at + 2).some((range) => keyInRange(key, range));
  }

  /** The ranges, by index and in order. */
  *[Symbol.iterator](): Iterator<IndexRange> {
    for (const [indexId, ranges] of this.ranges) {
      for (const { start, end } of ranges) yield { indexId, start, end };
    }
  }
}

/** The position of the first range whose end is not below `key`; they are disjoint and in order. */
function firstEndingAtOrAfter(ranges: readonly Range[], key: Uint8Array): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = ranges[middle]?.end ?? null;
    if (end !== null && compareKeys(end, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function startsAtOrBefore(range: Range, end: Uint8Array | null): boolean {
  return end === null || compareKeys(range.start, end) <= 0;
}

function isBelow(key: Uint8Array, end: Uint8Array | null): boolean {
  return end === null || compareKeys(key, end) < 0;
}

function isBelowEnd(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a !== null && isBelow(a, b);
}
