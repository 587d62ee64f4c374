/** What one run runs against: an observed backend, a fake Daytona behind a network that can fail, and one user. */
import { vi } from "vitest";
import type { Id } from "../../../convex/_generated/dataModel";
import { signUp, type SignedInUser } from "../../convex/support/users.ts";
import { aBackend, daytona, NOON, type TestBackend } from "../../convex/support/setup.ts";
import type { Findings } from "./findings.ts";
import { Leases } from "./leases.ts";
import { observedModules, type Projects, type Transaction } from "./observer.ts";
import { StepScheduler } from "./step-scheduler.ts";
import { checkRows } from "./transitions.ts";
import { JOBS, overNetwork, type Outcome } from "./daytona-network.ts";

export interface Simulation {
  t: TestBackend;
  user: SignedInUser;
  steps: StepScheduler;
  findings: Findings;
  /** Every project so far, removed ones too, oldest first. */
  everyProject: Id<"projects">[];
  /** What becomes of the calls to Daytona, in order; after these, all are answered. */
  outcomes: Outcome[];
}

/** A fresh simulation, in which nothing waits until `steps` is started. */
export async function startSimulation(findings: Findings): Promise<Simulation> {
  vi.clearAllTimers();
  vi.setSystemTime(NOON);
  daytona.reset();
  findings.violations = [];
  const steps = new StepScheduler();
  const leases = new Leases(findings);
  const known = { everyProject: [] as Id<"projects">[], projects: new Map() as Projects };
  const committed = (transaction: Transaction) => {
    const { name, before, after, writes } = transaction;
    checkRows(transaction, findings);
    leases.committed(transaction);
    findings.note("write", writes.filter((table) => table === "projects").length);
    if (differ(before, known.projects)) {
      findings.violation(`unobserved: something was written before ${name}`);
    }
    known.projects = after;
    for (const id of after.keys()) {
      if (!known.everyProject.includes(id)) known.everyProject.push(id);
    }
  };
  const failed = (name: string, error: unknown) => {
    if (!JOBS.has(name)) findings.violation(`broken: ${name} threw ${String(error)}`);
  };
  const t = aBackend(observedModules(steps, { committed, failed }));
  const user = await signUp(t);
  const simulation: Simulation = {
    t,
    user,
    steps,
    findings,
    everyProject: known.everyProject,
    outcomes: [],
  };
  const isOfProject = (id: unknown) => {
    const label = typeof id === "string" ? daytona.find(id)?.labels.projectId : undefined;
    return [...known.projects.keys()].some((projectId) => projectId === label);
  };
  const next = () => simulation.outcomes.shift() ?? "answered";
  daytona.via = (client) => overNetwork(client, { steps, leases, findings, next, isOfProject });
  return simulation;
}

function differ(one: Projects, other: Projects): boolean {
  return JSON.stringify([...one.values()]) !== JSON.stringify([...other.values()]);
}
