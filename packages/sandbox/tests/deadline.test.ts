import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startDeadline, withRetries } from "../src/deadline.ts";
import { SandboxError } from "../src/errors.ts";

describe("waiting between attempts", () => {
  /** A clock whose time passes only by sleeping. */
  const aClock = (random: number) => {
    const slept: number[] = [];
    let now = 0;
    const sleep = async (ms: number) => {
      slept.push(ms);
      now += ms;
    };
    return { slept, clock: { now: () => now, sleep, random: () => random } };
  };
  const down = new SandboxError("UNAVAILABLE", "down");
  const failing = () => Promise.reject(down);

  test("grows exponentially, up to a ceiling", async () => {
    const { slept, clock } = aClock(0.999_999);
    const deadline = startDeadline(60_000, clock);
    for (let attempt = 1; attempt <= 7; attempt += 1) await deadline.backOff(attempt, down);
    expect(slept.map(Math.round)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test("has full jitter, and never exceeds the deadline", async () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(chance, fc.integer({ min: 1, max: 20_000 }), async (random, timeoutMs) => {
        const { slept, clock } = aClock(random);
        await expect(withRetries(startDeadline(timeoutMs, clock), failing)).rejects.toBe(down);
        expect(slept.length).toBeLessThan(5);
        expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(timeoutMs);
        slept.forEach((ms, n) => expect(ms).toBeCloseTo(random * 200 * 2 ** n));
      }),
    );
  });

  test("is at least what Daytona asks for, and fails at once when that exceeds the deadline", async () => {
    const limited = new SandboxError("RATE_LIMITED", "slow down", { retryAfterMs: 5_000 });
    const { slept, clock } = aClock(0.5);
    await startDeadline(60_000, clock).backOff(1, limited);
    expect(slept).toEqual([5_100]);
    await expect(startDeadline(5_000, clock).backOff(1, limited)).rejects.toBe(limited);
    expect(slept).toHaveLength(1);
  });

  test("doesn't happen after an error that can't be retried", async () => {
    const { slept, clock } = aClock(0.5);
    const refused = new SandboxError("INVALID", "no");
    const attempt = () => Promise.reject(refused);
    const work = withRetries(startDeadline(60_000, clock), attempt);
    await expect(work).rejects.toBe(refused);
    expect(slept).toEqual([]);
  });
});
