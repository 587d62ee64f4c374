/** What happens in a run: who does what, and which calls fail. The scheduler decides on the order. */
import fc from "fast-check";
import type { SandboxState } from "@quaver/sandbox";
import { OUTCOMES, type Outcome } from "./daytona-network.ts";

/** A call from a tab about one of the user's projects: the nth of all so far. */
export interface Request {
  name:
    | "create"
    | "retry"
    | "start"
    | "stop"
    | "archive"
    | "ensureRunning"
    | "startTurn"
    | "cancelTurn"
    | "previewUrl"
    | "rename"
    | "remove";
  project: number;
}

/** A sweep that is started. */
export interface Sweep {
  name: "sweepRunning" | "sweepStopped";
  force: boolean;
}

/** A change of the nth sandbox that the backend has not asked for. */
export interface SandboxChange {
  state: SandboxState | "missing";
  sandbox: number;
}

/** What the agent does next. */
export type AgentAction = "says" | "ends well" | "ends badly";

/** The states in which a project can be before the run. */
export const INITIAL_STATES = [
  "ready",
  "stopped",
  "archived",
  "failed",
  "failed with a sandbox",
] as const;

/** One run. */
export interface Plan {
  agent: boolean;
  projects: (typeof INITIAL_STATES)[number][];
  tabs: [Request[], Request[]];
  /** In ms. */
  waits: number[];
  sweeps: Sweep[];
  sandboxChanges: SandboxChange[];
  agentActions: AgentAction[];
  /** The outcome of each call to Daytona, in order; after these all are answered. */
  outcomes: Outcome[];
  /** How often each of Daytona's events is delivered, in order; once after these. */
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
  startTurn: 3,
  cancelTurn: 1,
  previewUrl: 1,
  rename: 1,
  remove: 1,
};

/** Mostly the first project, so that both tabs use the same one. */
const index = fc.oneof(
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
  project: index,
});

/** Just more than what the backend waits for: a poll, a lease (3 and 6 minutes), a grace period, a turn. */
const wait = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1 * SECOND, 6 * SECOND) },
  { weight: 6, arbitrary: fc.constantFrom(3.1 * MINUTE, 6.1 * MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(11 * MINUTE, 46 * MINUTE) },
);

const sandboxChange = fc.record({
  state: fc.constantFrom<SandboxChange["state"]>(
    "started",
    "stopped",
    "archived",
    "error",
    "missing",
  ),
  sandbox: index,
});

const outcome = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Outcome>("answered") },
  { weight: 7, arbitrary: fc.constantFrom(...OUTCOMES) },
);

const agentAction = fc.constantFrom<AgentAction>("says", "says", "ends well", "ends badly");

/** Any run, with at most so many requests in all. */
export function anyPlan(requests: number): fc.Arbitrary<Plan> {
  const tab = fc.array(request, { minLength: 1, maxLength: Math.ceil(requests / 2) });
  return fc.record({
    agent: fc.boolean(),
    projects: fc.array(fc.constantFrom(...INITIAL_STATES), { minLength: 1, maxLength: 3 }),
    tabs: fc.tuple(tab, tab),
    waits: fc.array(wait, { maxLength: 6 }),
    sweeps: fc.array(
      fc.record({
        name: fc.constantFrom("sweepRunning", "sweepRunning", "sweepStopped"),
        force: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    sandboxChanges: fc.array(sandboxChange, { maxLength: 3 }),
    agentActions: fc.array(agentAction, { maxLength: 4 }),
    outcomes: fc.array(outcome, { maxLength: 25 }),
    deliveries: fc.array(fc.nat(2), { maxLength: 10 }),
  });
}
