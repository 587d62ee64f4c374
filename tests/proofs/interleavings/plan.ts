/** What happens in a run: who does what, and which calls fail. The scheduler decides on the order. */
import fc from "fast-check";
import { OUTCOMES, type Outcome } from "./daytona-network.ts";
import { REQUESTS, type RequestName } from "./requests.ts";

const MAX_REQUESTS = 6; // of a tab

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Mostly the first project, so that both tabs use the same one. */
const index = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(2) },
);

/** A call from a tab about one of the user's projects: the nth of all so far. */
const request = fc.record({
  name: fc.oneof(
    ...Object.entries(REQUESTS).map(([name, { weight }]) => ({
      weight,
      arbitrary: fc.constant(name as RequestName),
    })),
  ),
  project: index,
});

const tab = fc.array(request, { minLength: 1, maxLength: MAX_REQUESTS });

/** Just more than what the backend waits for, in ms: a poll, a lease (3 and 6 minutes), a grace period, a turn. */
const wait = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1 * SECOND, 6 * SECOND) },
  { weight: 6, arbitrary: fc.constantFrom(3.1 * MINUTE, 6.1 * MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(11 * MINUTE, 46 * MINUTE) },
);

const sweep = fc.record({
  name: fc.constantFrom("sweepRunning", "sweepRunning", "sweepStopped"),
  force: fc.boolean(),
});

/** A change of the nth sandbox that the backend has not asked for. */
const sandboxChange = fc.record({
  state: fc.constantFrom("started", "stopped", "archived", "error", "missing"),
  sandbox: index,
});

const outcome = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Outcome>("answered") },
  { weight: 7, arbitrary: fc.constantFrom(...OUTCOMES) },
);

const anything = {
  agent: fc.oneof(
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  /** The states in which projects are before the run. */
  projects: fc.array(
    fc.constantFrom(
      ...(["ready", "ready with a version", "stopped", "archived"] as const),
      ...(["failed", "failed with a sandbox"] as const),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  tabs: fc.tuple(tab, tab),
  waits: fc.array(wait, { maxLength: 6 }),
  sweeps: fc.array(sweep, { maxLength: 4 }),
  /** How many steps pass before each sweep. */
  stepsBeforeSweep: fc.constant<number>(0),
  sandboxChanges: fc.array(sandboxChange, { maxLength: 3 }),
  agentActions: fc.array(fc.constantFrom("says", "says", "ends well", "ends badly"), {
    maxLength: 4,
  }),
  /** The outcome of each call to Daytona, in order; after these all are answered. */
  outcomes: fc.array(outcome, { maxLength: 25 }),
  /** How often each of Daytona's events is delivered, in order; once after these. */
  deliveries: fc.array(fc.nat(2), { maxLength: 10 }),
};

const ANYTHING = fc.record(anything);

/** One run. */
export type Plan = typeof ANYTHING extends fc.Arbitrary<infer Generated> ? Generated : never;

const change = fc.record({
  name: fc.constantFrom<RequestName>("start", "stop"),
  project: fc.constant(0),
});
const changes = fc.array(change, { minLength: 3, maxLength: MAX_REQUESTS });

/** Changes of one project, many of which take longer than their lease. */
const LATE_CHANGES: fc.Arbitrary<Plan> = fc.record({
  ...anything,
  projects: fc.constantFrom<Plan["projects"]>(["ready"], ["stopped"]),
  tabs: fc.tuple(changes, changes),
  waits: fc.array(fc.constant(3.1 * MINUTE), { minLength: 4, maxLength: 6 }),
});

const SWEEP: Plan["sweeps"][number] = { name: "sweepRunning", force: false };
const oneRequest = fc.array(request, { minLength: 1, maxLength: 1 });

/** An orphan whose deletion is refused, and a second sweep while the first one's lease is held. */
const ORPHAN_SWEPT_TWICE: fc.Arbitrary<Plan> = fc.record({
  ...anything,
  projects: fc.constant<Plan["projects"]>(["failed with a sandbox"]),
  tabs: fc.tuple(oneRequest, oneRequest),
  waits: fc.constant([]), // the lease would expire
  sweeps: fc.constant([SWEEP, SWEEP]),
  stepsBeforeSweep: fc.constant(40), // the first sweep is over by then; otherwise the second would not begin
  sandboxChanges: fc.constant([]),
  outcomes: fc.constant<Outcome[]>(["answered", "answered", "refused"]), // list, get, delete
});

const turnRequest = fc.record({
  name: fc.constantFrom<RequestName>(
    ...(["startTurn", "startTurn", "startTurn", "withdrawTurn"] as const),
    ...(["cancelTurn", "retryTurn", "stop", "remove"] as const),
  ),
  project: fc.constant(0),
});
const turnRequests = fc.array(turnRequest, { minLength: 3, maxLength: MAX_REQUESTS });

/** Prompts that come while the agent works. */
const BUSY_AGENT: fc.Arbitrary<Plan> = fc.record({
  ...anything,
  agent: fc.constant(true),
  projects: fc.constant<Plan["projects"]>(["ready"]),
  tabs: fc.tuple(turnRequests, turnRequests),
});

const restoreRequest = fc.record({
  name: fc.constantFrom<RequestName>(
    ...(["restoreTurn", "restoreTurn", "restoreTurn", "startTurn"] as const),
    ...(["cancelTurn", "retryTurn", "stop"] as const),
  ),
  project: fc.constant(0),
});
const restoreRequests = fc.array(restoreRequest, { minLength: 3, maxLength: MAX_REQUESTS });

/** Two tabs that restore what the agent has made, and go on from there. */
const RESTORES: fc.Arbitrary<Plan> = fc.record({
  ...anything,
  agent: fc.constant(true),
  projects: fc.constant<Plan["projects"]>(["ready with a version"]),
  tabs: fc.tuple(restoreRequests, restoreRequests),
});

/** Any run. Four situations that hardly occur by chance are generated besides. */
export const ANY_PLAN = fc.oneof(
  { weight: 8, arbitrary: ANYTHING },
  { weight: 2, arbitrary: LATE_CHANGES },
  { weight: 2, arbitrary: ORPHAN_SWEPT_TWICE },
  { weight: 3, arbitrary: BUSY_AGENT },
  { weight: 3, arbitrary: RESTORES },
);
