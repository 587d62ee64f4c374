/**
 * The promise: whatever two tabs, the sweep, Daytona and time do at once, and in whatever order their steps come, a
 * project makes only the transitions of its lifecycle, its turns theirs, and a lease is never held twice.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { Findings } from "./call-frames.ts";
import { ANY_PLAN, type Plan } from "./plan.ts";
import { ALL_TRANSITIONS } from "./transitions.ts";
import { runPlan, warmUp } from "./run.ts";

const RUNS = FULL_SIZE ? 5_000 : 120;
const FIXED_SEED = 20_261_122; // of the ordinary run; at full size another each time

/** What must have occurred in the runs, or they prove little. At full size, every transition besides. */
const OCCURRED = [
  ...["change of status", "lease taken", "lease renewed", "superseded", "removed meanwhile"],
  ...["taken over, expired", "taken over, forced", "two holders, one expired"],
  ...["call answered", "sandbox changed by itself", "webhook"],
  ...["refused, OPERATION_IN_PROGRESS", "refused, INVALID_TRANSITION", "refused, NOT_FOUND"],
  ...["refused, SANDBOX_UNAVAILABLE", "refused, AGENT_NOT_CONFIGURED"],
  ...["turn new → running", "turn new → queued", "turn queued → running", "turn withdrawn"],
  ...["turn running → done", "turn running → failed", "turn running → cancelled"],
  ...["restore new → running", "restore running → done", "restore running → cancelled"],
];
const OCCURRED_AT_FULL_SIZE = [
  ...[
    "superseded, projects/sandbox/change:finishChange",
    "superseded, projects/sandbox/create:finishCreate",
    "superseded, turns/poll:finishPoll",
    "superseded, projects/reconcile/orphans:releaseOrphanLease",
    "Daytona, runtime ends the function",
    "Daytona, process dies",
    "Daytona, answer lost",
    "call without an answer",
    "turn queued → failed",
    "restore running → failed",
    "refused, QUEUE_FULL",
  ],
  ...ALL_TRANSITIONS,
];

type Property = (plan: Plan, scheduler: fc.Scheduler) => Promise<void>;

async function forAny(runs: number, seed: number | undefined, property: Property): Promise<void> {
  await fc.assert(fc.asyncProperty(ANY_PLAN, fc.scheduler(), property), {
    numRuns: runs,
    includeErrorInReport: true, // the violations, beside the schedule that led to them
    ...(seed !== undefined && { seed }),
  });
}

beforeEach(async () => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
  vi.spyOn(Math, "random").mockReturnValue(0.5); // the components' jitter
  await warmUp();
}, 120_000);

describe("interleavings", () => {
  test("make only the transitions of the lifecycle, under one lease at a time", async (context) => {
    const findings = new Findings();
    try {
      await forAny(RUNS, FULL_SIZE ? undefined : FIXED_SEED, async (plan, scheduler) => {
        const violations = await runPlan(plan, scheduler, findings);
        expect(violations, violations.join("\n")).toEqual([]);
      });
    } finally {
      const [runs, steps] = ["run", "step"].map((it) => findings.count(it).toLocaleString("en"));
      report(context, `interleavings: ${runs!} schedules of ${steps!} steps`);
    }
    const expected = FULL_SIZE ? [...OCCURRED, ...OCCURRED_AT_FULL_SIZE] : OCCURRED;
    expect(expected.filter((what) => findings.count(what) === 0)).toEqual([]);
  }, 5_400_000);

  test("are the same again with the same schedule, so that a failure can be replayed", async () => {
    const transcripts: string[][] = [[], []];
    for (const transcript of transcripts) {
      await forAny(5, FIXED_SEED, async (plan, scheduler) => {
        await runPlan(plan, scheduler, new Findings());
        transcript.push(...scheduler.report().map(({ label }) => label));
      });
    }
    expect(transcripts[0]?.length).toBeGreaterThan(100);
    expect(transcripts[0]).toEqual(transcripts[1]);
  }, 120_000);
});
