/** The world of one run: a backend that is observed, a Daytona over the wire, and one person. */
import { vi } from "vitest";
import type { Id } from "../../../convex/_generated/dataModel";
import { signUp, type Person } from "../../convex/people.ts";
import { aBackend, daytona, NOON, type TestBackend } from "../../convex/setup.ts";
import type { Findings } from "./findings.ts";
import { Leases } from "./leases.ts";
import { observedModules, type Projects, type Transaction } from "./observer.ts";
import { Pace } from "./pace.ts";
import { checkRows } from "./rows.ts";
import { JOBS, overWire, type Outcome } from "./wire.ts";

/** See the file's head. Made by `aWorld`. */
export interface World {
  t: TestBackend;
  ada: Person;
  pace: Pace;
  findings: Findings;
  /** Every project that there ever was, oldest first. */
  everyProject: Id<"projects">[];
  /** What becomes of the calls to Daytona, in order; after these, all are answered. */
  outcomes: Outcome[];
}

/** A fresh world, in which nothing waits until its pace is begun. */
export async function aWorld(findings: Findings): Promise<World> {
  vi.clearAllTimers();
  vi.setSystemTime(NOON);
  daytona.reset();
  findings.violations = [];
  const pace = new Pace();
  const leases = new Leases(findings);
  const known = { everyProject: [] as Id<"projects">[], projects: new Map() as Projects };
  const committed = (transaction: Transaction) => {
    const { name, before, after, writes } = transaction;
    checkRows(transaction, findings);
    leases.committed(transaction);
    findings.note("write", writes.filter((table) => table === "projects").length);
    if (differ(before, known.projects)) {
      findings.violation(`unseen: something was written before ${name}`);
    }
    known.projects = after;
    for (const id of after.keys()) {
      if (!known.everyProject.includes(id)) known.everyProject.push(id);
    }
  };
  const broke = (name: string, error: unknown) => {
    if (!JOBS.has(name)) findings.violation(`broken: ${name} ended in ${String(error)}`);
  };
  const t = aBackend(observedModules(pace, { committed, broke }));
  const ada = await signUp(t);
  const world: World = { t, ada, pace, findings, everyProject: known.everyProject, outcomes: [] };
  const belongs = (id: unknown) => {
    const label = typeof id === "string" ? daytona.find(id)?.labels.projectId : undefined;
    return [...known.projects.keys()].some((projectId) => projectId === label);
  };
  const next = () => world.outcomes.shift() ?? "answered";
  daytona.via = (client) => overWire(client, { pace, leases, findings, next, belongs });
  return world;
}

function differ(one: Projects, other: Projects): boolean {
  return JSON.stringify([...one.values()]) !== JSON.stringify([...other.values()]);
}
