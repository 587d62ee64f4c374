/** Reads that stay within what a transaction may read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { getConvexSize } from "convex/values";
import { boundedPage, MAX_READ_BYTES, takeWithin } from "../../convex/lib/reading.ts";

async function* documents(sizes: readonly number[], onRead: () => void = () => undefined) {
  for (const size of sizes) {
    onRead();
    yield await Promise.resolve("x".repeat(size));
  }
}

describe("taking documents", () => {
  test("never goes past either bound, and stops at no earlier one", async () => {
    const sizes = fc.array(fc.nat(200), { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 60 }),
        fc.nat(2000),
        async (all, limit, maxBytes) => {
          const taken = await takeWithin(documents(all), { limit, maxBytes });
          const bytes = taken.reduce((sum, document) => sum + getConvexSize(document), 0);
          expect(taken.map(({ length }) => length)).toEqual(all.slice(0, taken.length));
          expect(taken.length).toBeLessThanOrEqual(limit);
          if (taken.length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
          const next = all[taken.length];
          if (next !== undefined && taken.length < limit) {
            expect(bytes + getConvexSize("x".repeat(next))).toBeGreaterThan(maxBytes);
          }
          if (all.length > 0) expect(taken.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("reads no further than necessary", async () => {
    let reads = 0;
    await takeWithin(
      documents([1, 1, 1, 1], () => reads++),
      { limit: 2 },
    );
    expect(reads).toBe(2);
  });
});

describe("a client's page", () => {
  test.for([
    [10, 10],
    [0, 1],
    [-5, 1],
    [2.7, 2],
    [1e9, 200],
    [NaN, 1],
    [Infinity, 200],
  ] as const)("of %d rows has %d", ([asked, given]) => {
    expect(boundedPage({ numItems: asked, cursor: null }).numItems).toBe(given);
  });

  test("keeps its cursors, and reads no more bytes than allowed", () => {
    const options = { numItems: 5, cursor: "a", endCursor: "b", maximumBytesRead: 1e12 };
    expect(boundedPage(options)).toEqual({ ...options, maximumBytesRead: MAX_READ_BYTES });
    expect(boundedPage({ numItems: 5, cursor: null, maximumBytesRead: 9 }).maximumBytesRead).toBe(
      9,
    );
  });
});
