/**
 * The promise: whatever two tabs, the sweep, Daytona and time do at once, and in whatever order
 * their steps come, the lifecycle takes no arrow that isn't drawn, and a lease is never held twice.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { Findings } from "./findings.ts";
import { anyPlan, type Plan } from "./plan.ts";
import { TAKEN } from "./rows.ts";
import { runPlan, warmUp } from "./run.ts";

const RUNS = FULL_SIZE ? 5_000 : 100;
const MOST_REQUESTS = 12; // of both tabs, in a run

const FIXED_SEED = 20_261_122; // of the ordinary tests; at full size, others each time

/** What the runs must have come across, or they prove little. At full size, every arrow besides. */
const MET = [
  ...["change of status", "lease taken", "lease renewed", "superseded", "removed meanwhile"],
  ...["taken over, out of time", "taken over, impatiently", "two at work, one out of time"],
  ...["call answered", "call without an answer", "drift", "webhook"],
  ...["refused, OPERATION_IN_PROGRESS", "refused, INVALID_TRANSITION", "refused, NOT_FOUND"],
  ...["refused, SANDBOX_UNAVAILABLE", "refused, INVALID_ARGUMENT"],
];
const MET_AT_FULL_SIZE = [
  ...["projects/operations:finish", "projects/provisioning:attach"].map((n) => `superseded, ${n}`),
  ...["projects/provisioning:fail", "projects/turnReports:write"].map((n) => `superseded, ${n}`),
  ...["superseded, projects/orphans:release", "Daytona, cut", "Daytona, dies", "Daytona, lost"],
  ...TAKEN,
];

type Property = (plan: Plan, scheduler: fc.Scheduler) => Promise<void>;

async function forAny(runs: number, seed: number | undefined, property: Property): Promise<void> {
  await fc.assert(fc.asyncProperty(anyPlan(MOST_REQUESTS), fc.scheduler(), property), {
    numRuns: runs,
    includeErrorInReport: true, // what was seen, beside the schedule that led there
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
  test("take drawn arrows alone, under one lease at a time", async (context) => {
    const findings = new Findings();
    try {
      await forAny(RUNS, FULL_SIZE ? undefined : FIXED_SEED, async (plan, scheduler) => {
        expect(await runPlan(plan, scheduler, findings)).toEqual([]);
      });
    } finally {
      report(context, lineOf(findings));
    }
    const expected = FULL_SIZE ? [...MET, ...MET_AT_FULL_SIZE] : MET;
    expect(expected.filter((what) => findings.count(what) === 0)).toEqual([]);
  }, 5_400_000);

  test("go the same way again with the same schedule, so that a failure can be replayed", async () => {
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

function lineOf(findings: Findings): string {
  const n = (what: string) => findings.count(what).toLocaleString("en");
  return [
    `interleavings: ${n("run")} schedules of ${n("step")} steps`,
    `${n("write")} writes seen`,
    `${n("change of status")} changes of status`,
    `${n("violation, arrow")} undrawn arrows`,
    `${n("superseded")} superseded`,
    `${n("violation, lease held twice")} leases held twice`,
  ].join(", ");
}
