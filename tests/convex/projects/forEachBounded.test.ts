/** Calling a service about many things: how many at a time, for how long, and until when. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { forEachBounded } from "../../../convex/projects/reconcile/forEachBounded.ts";

const MINUTE = 60_000;
const items = (count: number) => Array.from({ length: count }, (_, i) => i);
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  return () => vi.useRealTimers();
});

/** A run in controlled time. */
async function run(
  count: number,
  call: (item: number) => Promise<boolean>,
  options: Partial<Parameters<typeof forEachBounded>[1]> = {},
) {
  const asked: number[] = [];
  let [now, most] = [0, 0];
  const ended = forEachBounded(
    items(count),
    { concurrency: 5, timeMs: MINUTE, ...options },
    async (item) => {
      asked.push(item);
      most = Math.max(most, ++now);
      try {
        return await call(item);
      } finally {
        now -= 1;
      }
    },
  );
  await vi.runAllTimersAsync();
  return { end: await ended, asked, most, tookMs: Date.now() };
}

async function slowly(answered: boolean): Promise<boolean> {
  await later(15_000);
  return answered;
}

describe("a run", () => {
  test("calls for each once, so many at a time", async () => {
    const { end, asked, most } = await run(12, () => slowly(true));
    expect(end).toBe("done");
    expect(asked.sort((a, b) => a - b)).toEqual(items(12));
    expect(most).toBe(5);
  });

  test("begins no call once its time is up, and waits for those that have begun", async () => {
    const { end, asked, tookMs } = await run(50, () => slowly(true));
    expect([end, asked.length, tookMs]).toEqual(["out of time", 20, MINUTE]);
  });

  test("leaves out other items each time when there is no time for all", async () => {
    const seen = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const { asked } = await run(50, () => slowly(true), { timeMs: 1 });
      for (const item of asked) seen.add(item);
    }
    expect(seen.size).toBeGreaterThan(25);
  });

  test("ends when several in a row had no answer, and nothing else has one", async () => {
    const isUp = vi.fn(() => slowly(false));
    const { end, asked, tookMs } = await run(50, () => slowly(false), { isUp });
    expect(end).toBe("down");
    expect(asked.length).toBeLessThanOrEqual(10);
    expect(tookMs).toBeLessThanOrEqual(30_000);
    expect(isUp).toHaveBeenCalledTimes(1);
  });

  test("continues when the service answers otherwise", async () => {
    const isUp = () => Promise.resolve(true);
    const { end, asked } = await run(8, () => slowly(false), { isUp });
    expect([end, asked.length]).toEqual(["done", 8]);
  });

  test("continues while some calls have an answer", async () => {
    const isUp = vi.fn(() => Promise.resolve(false));
    let calls = 0;
    const call = () => Promise.resolve(++calls % 3 === 0);
    expect(await run(30, call, { isUp, concurrency: 1 })).toMatchObject({ end: "done" });
    expect(isUp).not.toHaveBeenCalled();
  });
});
