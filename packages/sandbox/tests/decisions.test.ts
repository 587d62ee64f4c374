import { SandboxState as DaytonaState } from "@daytona/api-client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startBudget, withRetries } from "../src/budget.ts";
import type { Change } from "../src/door.ts";
import { SandboxError } from "../src/errors.ts";
import { nextStep } from "../src/goals.ts";
import type { Sandbox, SandboxState } from "../src/index.ts";
import { SANDBOX_STATES, sandboxSchema } from "../src/sandbox.ts";

function inState(state: SandboxState, recoverable = false): Sandbox {
  return {
    id: "id",
    name: "name",
    state,
    recoverable,
    labels: {},
    createdAt: null,
    errorReason: null,
  };
}

describe("Daytona's answers", () => {
  const parse = (raw: object) => sandboxSchema.parse({ id: "id", name: "name", ...raw });

  test("are folded, each of its states, into those a caller tells apart", () => {
    const inProgress = ["resizing", "snapshotting", "forking", "unknown", "11184809"];
    for (const state of Object.values(DaytonaState)) {
      const folded = parse({ state }).state;
      expect(SANDBOX_STATES).toContain(folded);
      if (!inProgress.includes(state)) expect(folded).not.toBe("unknown");
    }
    expect(parse({ state: "of next year" }).state).toBe("unknown");
    expect(parse({}).state).toBe("unknown");
  });

  test("lose everything that isn't asked for", () => {
    const raw = { state: "started", env: { SECRET: "x" }, toolboxProxyUrl: "u", apiKey: "k" };
    expect(Object.keys(parse(raw)).sort()).toEqual(Object.keys(inState("started")).sort());
  });

  test.each([{ id: "" }, { id: 1 }, { name: null }, { labels: { a: 1 } }, { state: 1 }])(
    "that are wrong are refused: %j",
    (raw) => {
      expect(() => parse(raw)).toThrow();
    },
  );
});

describe("the next step", () => {
  const steps = (change: Change, recoverable = true) =>
    Object.fromEntries(
      SANDBOX_STATES.map((state) => {
        const step = nextStep(change, inState(state, recoverable));
        return [state, step.kind === "fail" ? step.code : step.kind];
      }),
    );
  const passing = { creating: "wait", starting: "wait", stopping: "wait", unknown: "wait" };
  const going = { destroying: "NOT_FOUND", destroyed: "NOT_FOUND" };

  test.each<[Change, Record<string, string>]>([
    [
      "start",
      {
        started: "done",
        stopped: "act",
        archiving: "act",
        archived: "act",
        error: "SANDBOX_FAILED",
      },
    ],
    [
      "stop",
      {
        started: "act",
        stopped: "done",
        archiving: "done",
        archived: "done",
        error: "SANDBOX_FAILED",
      },
    ],
    [
      "archive",
      {
        started: "INVALID",
        stopped: "act",
        archiving: "done",
        archived: "done",
        error: "SANDBOX_FAILED",
      },
    ],
    [
      "recover",
      {
        started: "done",
        stopped: "INVALID",
        archiving: "INVALID",
        archived: "INVALID",
        error: "act",
      },
    ],
  ])("towards %s", (change, expected) => {
    expect(steps(change)).toEqual({ ...passing, ...going, ...expected });
  });

  test("towards delete, from wherever", () => {
    expect(steps("delete")).toEqual({
      creating: "wait",
      starting: "wait",
      stopping: "wait",
      archiving: "wait",
      started: "act",
      stopped: "act",
      archived: "act",
      error: "act",
      unknown: "act",
      destroying: "done",
      destroyed: "done",
    });
  });

  test("isn't to recover what can't be", () => {
    expect(steps("recover", false)).toMatchObject({ error: "SANDBOX_FAILED" });
  });
});

describe("waiting between attempts", () => {
  /** A clock that passes only by sleeping. */
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
  const never = () => Promise.reject(down);
  const asIs = () => down;

  test("grows exponentially, up to a ceiling", async () => {
    const { slept, clock } = aClock(0.999_999);
    const budget = startBudget(60_000, clock);
    for (let attempt = 1; attempt <= 7; attempt += 1) await budget.backOff(attempt, down);
    expect(slept.map(Math.round)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test("is spread over its whole length, and never goes past the time there is", async () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(chance, fc.integer({ min: 1, max: 20_000 }), async (random, timeoutMs) => {
        const { slept, clock } = aClock(random);
        await expect(withRetries(startBudget(timeoutMs, clock), never, asIs)).rejects.toBe(down);
        expect(slept.length).toBeLessThan(5);
        expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(timeoutMs);
        slept.forEach((ms, n) => expect(ms).toBeCloseTo(random * 200 * 2 ** n));
      }),
    );
  });

  test("is at least what Daytona asks, or not at all when that is too long", async () => {
    const limited = new SandboxError("RATE_LIMITED", "slow down", { retryAfterMs: 5_000 });
    const { slept, clock } = aClock(0.5);
    await startBudget(60_000, clock).backOff(1, limited);
    expect(slept).toEqual([5_100]);
    await expect(startBudget(5_000, clock).backOff(1, limited)).rejects.toBe(limited);
    expect(slept).toHaveLength(1);
  });

  test("isn't done for what can't succeed", async () => {
    const { slept, clock } = aClock(0.5);
    const refused = new SandboxError("INVALID", "no");
    const attempt = () => Promise.reject(refused);
    const work = withRetries(startBudget(60_000, clock), attempt, () => refused);
    await expect(work).rejects.toBe(refused);
    expect(slept).toEqual([]);
  });
});
