import { expect, test } from "vitest";
import {
  formatAge,
  formatDuration,
  formatElapsed,
  formatMoney,
  formatSize,
  plural,
} from "../src/lib/format";

test("ages are rounded down, in the largest unit", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const minute = 60_000;
  expect(formatAge(now - 10_000, now)).toBe("just now");
  expect(formatAge(now + 5000, now)).toBe("just now"); // two clocks never agree
  expect(formatAge(now - 5 * minute, now)).toMatch(/5/);
  expect(formatAge(now - 119 * minute, now)).toMatch(/1/);
  expect(formatAge(now - 30 * 24 * 60 * minute, now)).toMatch(/2026/);
});

test("durations are rounded up, so that a call after that time is accepted", () => {
  expect(formatDuration(0)).toBe("1 second");
  expect(formatDuration(1001)).toBe("2 seconds");
  expect(formatDuration(61 * 60_000 + 1)).toBe("62 minutes");
});

test("amounts are in the currency's own smallest unit", () => {
  expect(formatMoney(2000, "usd")).toMatch(/20[.,]00/);
  expect(formatMoney(2000, "jpy")).toMatch(/2[.,\s]?000/);
  expect(formatMoney(2000, "isk")).toMatch(/\b20\b/);
  expect(formatMoney(5120, "kwd")).toMatch(/5[.,]120/);
});

test("plurals", () => {
  expect([plural(1, "second"), plural(2, "second")]).toEqual(["1 second", "2 seconds"]);
});

test("what has been taken so far is rounded down", () => {
  expect(formatElapsed(-5)).toBe("0 s");
  expect(formatElapsed(59_999)).toBe("59 s");
  expect(formatElapsed(65_000)).toBe("1 min 5 s");
  expect(formatElapsed(2 * 3_600_000 + 180_000)).toBe("2 h 3 min");
});

test("sizes have few digits, and a unit that fits after rounding too", () => {
  expect(formatSize(0)).toBe("0 bytes");
  expect(formatSize(1)).toBe("1 byte");
  expect(formatSize(1400)).toMatch(/^1[.,]4 kB$/);
  expect(formatSize(999_600)).toBe("1 MB");
  expect(formatSize(2.1e9)).toMatch(/^2[.,]1 GB$/);
  expect(formatSize(3e12)).toMatch(/^3.?000 GB$/);
});
