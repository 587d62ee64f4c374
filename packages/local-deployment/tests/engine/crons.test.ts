import { cronJobs, makeFunctionReference } from "convex/server";
import { expect, test } from "vitest";
import type { CronSpec } from "../../src/engine/code/analysis.ts";
import { nextRun } from "../../src/engine/schedule/crons.ts";

const tick = makeFunctionReference<"mutation", Record<string, never>>("ticks:tick");
const AT = Date.UTC(2026, 10, 22, 12, 30, 15);
const MINUTE = 60_000;

/** The one schedule that a `crons.ts` declares, as the push reads it. */
function scheduleOf(declare: (crons: ReturnType<typeof cronJobs>) => void): CronSpec["schedule"] {
  const crons = cronJobs();
  declare(crons);
  // `export` is there for the push, and left out of the type.
  const exported = crons as unknown as { export(): string };
  const [spec] = Object.values(JSON.parse(exported.export()) as Record<string, CronSpec>);
  return spec!.schedule;
}

test.each([
  [{ seconds: 30 }, 30_000],
  [{ minutes: 5 }, 5 * MINUTE],
  [{ hours: 2 }, 120 * MINUTE],
])(
  "an interval of %j runs at once, then every period, and skips what it missed",
  (every, period) => {
    const schedule = scheduleOf((crons) => {
      crons.interval("tick", every, tick);
    });
    expect(nextRun(schedule, AT, null)).toBe(AT);
    expect(nextRun(schedule, AT + 5, AT)).toBe(AT + period);
    expect(nextRun(schedule, AT + 10 * period + 5, AT)).toBe(AT + 11 * period);
  },
);

test("daily, weekly, monthly and cron schedules run at their time in UTC", () => {
  const next = (declare: Parameters<typeof scheduleOf>[0]) =>
    new Date(nextRun(scheduleOf(declare), AT, null)).toISOString();
  expect(next((crons) => crons.hourly("tick", { minuteUTC: 10 }, tick))).toBe(
    "2026-11-22T13:10:00.000Z",
  );
  expect(next((crons) => crons.daily("tick", { hourUTC: 12, minuteUTC: 30 }, tick))).toBe(
    "2026-11-23T12:30:00.000Z",
  );
  expect(
    next((crons) => crons.weekly("tick", { dayOfWeek: "tuesday", hourUTC: 1, minuteUTC: 2 }, tick)),
  ).toBe("2026-11-24T01:02:00.000Z");
  expect(next((crons) => crons.monthly("tick", { day: 31, hourUTC: 0, minuteUTC: 0 }, tick))).toBe(
    "2026-12-31T00:00:00.000Z",
  );
  expect(next((crons) => crons.cron("tick", "0 0 1 1 *", tick))).toBe("2027-01-01T00:00:00.000Z");
});

test("an invalid schedule is refused", () => {
  expect(() => nextRun({ type: "cron", cron: "every full moon" }, AT, null)).toThrow();
});

test("a minute that is not given is chosen at random once, and kept", () => {
  const schedule = scheduleOf((crons) => {
    crons.hourly("tick", {}, tick);
  });
  const first = nextRun(schedule, AT, null);
  expect(first).toBeGreaterThan(AT);
  expect(first - AT).toBeLessThanOrEqual(60 * MINUTE);
  expect(nextRun(schedule, first + 5, first)).toBe(first + 60 * MINUTE);
});
