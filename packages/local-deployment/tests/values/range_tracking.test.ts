import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeIndexKey, prefixEnd } from "../../src/values/encoding/index_key.ts";
import {
  type IndexRange,
  keyInRange,
  RangeSet,
  rangesOverlap,
} from "../../src/values/queries/range_set.ts";
import { SubscriptionIndex } from "../../src/values/queries/subscription_index.ts";

const keys = fc.uint8Array({ minLength: 1, maxLength: 2, max: 12 });
const indexIds = fc.constantFrom("1", "2");
const ranges: fc.Arbitrary<IndexRange> = fc.record({
  indexId: indexIds,
  start: keys,
  end: fc.option(keys, { nil: null, freq: 12 }),
});

const isIn = (range: IndexRange, indexId: string, key: Uint8Array) =>
  range.indexId === indexId && keyInRange(key, range);

function aPrefix(indexId: string, ...fields: (string | number)[]): IndexRange {
  const start = encodeIndexKey(fields);
  return { indexId, start, end: prefixEnd(start) };
}

describe("ranges", () => {
  test("overlap when some key is in both", () => {
    const everyKey = Array.from({ length: 14 * 14 }, (_, i) =>
      i % 14 === 13 ? Uint8Array.of(Math.floor(i / 14)) : Uint8Array.of(Math.floor(i / 14), i % 14),
    );
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const shared = everyKey.some((key) => keyInRange(key, a) && keyInRange(key, b));
        expect(rangesOverlap(a, b)).toBe(shared);
      }),
    );
  });
});

describe("a range set", () => {
  test("contains exactly the keys of the ranges added to it", () => {
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 12 }), indexIds, keys, (added, indexId, key) => {
        const set = new RangeSet(added);
        expect(set.contains(indexId, key)).toBe(added.some((range) => isIn(range, indexId, key)));
      }),
      { numRuns: 3000 },
    );
  });

  test("keeps its ranges apart, in order and not empty", () => {
    fc.assert(
      fc.property(fc.array(ranges, { maxLength: 12 }), (added) => {
        const kept = [...new RangeSet(added)];
        for (const [i, range] of kept.entries()) {
          expect(rangesOverlap(range, range)).toBe(true);
          const next = kept[i + 1];
          if (next?.indexId !== range.indexId) continue;
          expect(range.end !== null && Buffer.compare(range.end, next.start) < 0).toBe(true);
        }
      }),
    );
  });

  test("counts a repeated read once, and adjacent reads as one", () => {
    const set = new RangeSet();
    set.add("1", Uint8Array.of(1), Uint8Array.of(2));
    set.add("1", Uint8Array.of(1), Uint8Array.of(2));
    set.add("1", Uint8Array.of(2), Uint8Array.of(3));
    set.add("2", Uint8Array.of(1), null);
    set.add("2", Uint8Array.of(9), Uint8Array.of(9));
    expect(set.size).toBe(2);
    expect([...set]).toEqual([
      { indexId: "1", start: Uint8Array.of(1), end: Uint8Array.of(3) },
      { indexId: "2", start: Uint8Array.of(1), end: null },
    ]);
  });

  test("survives the way to another thread", () => {
    const set = new RangeSet([aPrefix("1", "a"), aPrefix("1", "c"), aPrefix("2")]);
    expect([...new RangeSet(structuredClone([...set]))]).toEqual([...set]);
  });
});

describe("a range index", () => {
  const steps = fc.array(
    fc.record({
      token: fc.integer({ min: 0, max: 7 }),
      read: fc.option(fc.array(ranges, { maxLength: 5 }), { nil: null }),
    }),
    { maxLength: 25 },
  );
  const writes = fc.array(fc.record({ indexId: indexIds, key: keys }), { maxLength: 4 });

  test("finds whom a look at every subscription would find, as they come, change and go", () => {
    fc.assert(
      fc.property(steps, writes, (history, written) => {
        const index = new SubscriptionIndex<number>();
        const expected = new Map<number, IndexRange[]>();
        for (const { token, read } of history) {
          if (read === null) {
            index.remove(token);
            expected.delete(token);
          } else {
            index.add(token, new RangeSet(read));
            expected.set(token, read);
          }
        }
        const touched = [...expected]
          .filter(([, read]) =>
            written.some(({ indexId, key }) => read.some((range) => isIn(range, indexId, key))),
          )
          .map(([token]) => token);
        expect(index.size).toBe(expected.size);
        expect([...index.touched(written)].sort()).toEqual(touched.sort());
      }),
      { numRuns: 2000 },
    );
  });

  test("holds nothing of a subscription that has ended", () => {
    const index = new SubscriptionIndex<string>();
    index.add("one", [aPrefix("1", "a"), aPrefix("2", "b")]);
    index.add("two", [aPrefix("1", "a")]);
    index.remove("one");
    index.remove("unknown");
    const written = [{ indexId: "1", key: encodeIndexKey(["a", 1]) }];
    expect(index.touched(written)).toEqual(new Set(["two"]));
    expect(index.size).toBe(1);
  });

  test("asks a few of ten thousand subscriptions, not all of them", () => {
    const index = new SubscriptionIndex<number>();
    for (let user = 0; user < 10_000; user++) index.add(user, [aPrefix("by_user", user)]);
    // Each key of a watched write counts how often it is looked at.
    let looks = 0;
    const key = new Proxy(encodeIndexKey([4321, "doc"]), {
      get: (target, property) => {
        if (property === "length") looks++;
        const value: unknown = Reflect.get(target, property, target);
        return value;
      },
    });
    expect(index.touched([{ indexId: "by_user", key }])).toEqual(new Set([4321]));
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(200);
  });
});
