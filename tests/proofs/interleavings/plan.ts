/** What a run is made of: who does what, and what befalls them. In which order, the scheduler says. */
import fc from "fast-check";
import type { SandboxState } from "@quaver/sandbox";
import { OUTCOMES, type Outcome } from "./wire.ts";

/** What a tab can ask for about one of the person's projects, the nth that there ever was. */
export interface Request {
  name:
    | "create"
    | "retry"
    | "start"
    | "stop"
    | "archive"
    | "ensureRunning"
    | "generate"
    | "cancelGeneration"
    | "previewUrl"
    | "rename"
    | "remove";
  project: number;
}

/** A sweep that is ordered. */
export interface Sweep {
  name: "run" | "runStopped";
  impatient: boolean;
}

/** What Daytona, or someone in its dashboard, does to the nth sandbox by itself. */
export interface Drift {
  state: SandboxState | "missing";
  sandbox: number;
}

/** What the agent does next. */
export type AgentDeed = "says" | "ends well" | "ends badly";

/** Where a project has come to before the run. */
export const BEGINNINGS = ["ready", "stopped", "archived", "failed", "failed, made"] as const;

/** One run. */
export interface Plan {
  agent: boolean;
  projects: (typeof BEGINNINGS)[number][];
  tabs: [Request[], Request[]];
  /** In ms. */
  waits: number[];
  sweeps: Sweep[];
  drifts: Drift[];
  deeds: AgentDeed[];
  /** What becomes of each call to Daytona, in order; after these, all are answered. */
  outcomes: Outcome[];
  /** How often each of Daytona's events is delivered, in order; after these, once. */
  deliveries: number[];
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const WEIGHTS: Record<Request["name"], number> = {
  create: 2,
  retry: 3,
  start: 4,
  stop: 5,
  archive: 3,
  ensureRunning: 3,
  generate: 3,
  cancelGeneration: 1,
  previewUrl: 1,
  rename: 1,
  remove: 1,
};

/** Mostly the first project, for tabs to meet. */
const which = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(2) },
);

const request: fc.Arbitrary<Request> = fc.record({
  name: fc.oneof(
    ...Object.entries(WEIGHTS).map(([name, weight]) => ({
      weight,
      arbitrary: fc.constant(name as Request["name"]),
    })),
  ),
  project: which,
});

/** The lengths that matter: of a look, of a lease (3 and 6 minutes), of a turn, and of the graces. */
const wait = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1 * SECOND, 6 * SECOND) },
  { weight: 6, arbitrary: fc.constantFrom(3.1 * MINUTE, 6.1 * MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(11 * MINUTE, 46 * MINUTE) },
);

const drift = fc.record({
  state: fc.constantFrom<Drift["state"]>("started", "stopped", "archived", "error", "missing"),
  sandbox: which,
});

const outcome = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Outcome>("answered") },
  { weight: 7, arbitrary: fc.constantFrom(...OUTCOMES) },
);

const deed = fc.constantFrom<AgentDeed>("says", "says", "ends well", "ends badly");

/** Any run, with at most so many requests in all. */
export function anyPlan(requests: number): fc.Arbitrary<Plan> {
  const tab = fc.array(request, { minLength: 1, maxLength: Math.ceil(requests / 2) });
  return fc.record({
    agent: fc.boolean(),
    projects: fc.array(fc.constantFrom(...BEGINNINGS), { minLength: 1, maxLength: 3 }),
    tabs: fc.tuple(tab, tab),
    waits: fc.array(wait, { maxLength: 6 }),
    sweeps: fc.array(
      fc.record({ name: fc.constantFrom("run", "run", "runStopped"), impatient: fc.boolean() }),
      { maxLength: 4 },
    ),
    drifts: fc.array(drift, { maxLength: 3 }),
    deeds: fc.array(deed, { maxLength: 4 }),
    outcomes: fc.array(outcome, { maxLength: 25 }),
    deliveries: fc.array(fc.nat(2), { maxLength: 10 }),
  });
}
