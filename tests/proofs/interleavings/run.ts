/**
 * One run, from its initial state to its end: an observed backend, a fake Daytona behind a network that can fail, one
 * user, and what the plan says, in the order that the scheduler chooses.
 */
import type fc from "fast-check";
import { vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { dump } from "../../convex/support/builders.ts";
import { DOWN } from "../../convex/support/fakeDaytona.ts";
import {
  aBackend,
  daytona,
  modules,
  NOON,
  settle,
  type TestBackend,
} from "../../convex/support/setup.ts";
import { signUp, type SignedInUser } from "../../convex/support/users.ts";
import { wrongProjects } from "../project-invariants.ts";
import { Findings } from "./call-frames.ts";
import { agentActs, changeSandbox, Webhook } from "./daytona-changes.ts";
import { JOBS, overNetwork, type Outcome } from "./daytona-network.ts";
import { Leases } from "./leases.ts";
import { observedModules, type Projects, type Transaction } from "./observer.ts";
import type { Plan } from "./plan.ts";
import { ask } from "./requests.ts";
import { StepScheduler } from "./step-scheduler.ts";
import { checkRows } from "./transitions.ts";
import { wrongAnswers, wrongResults } from "./turns.ts";

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

const ORPHAN_GRACE_MS = 10 * 60_000; // younger sandboxes count as no orphans

/** Does what the plan says, until everything is at rest. @returns the violations */
export async function runPlan(
  plan: Plan,
  scheduler: fc.Scheduler,
  findings: Findings,
): Promise<string[]> {
  vi.mocked(console.error).mockClear();
  vi.mocked(console.warn).mockClear();
  vi.stubEnv("AGENT_COMMAND", undefined);
  const simulation = await startSimulation(findings);
  for (const initial of plan.projects) await makeProject(initial, simulation);
  await simulation.steps.pass(ORPHAN_GRACE_MS);
  vi.stubEnv("AGENT_COMMAND", plan.agent ? "quaver-agent" : undefined);
  simulation.outcomes = [...plan.outcomes];
  simulation.steps.start(scheduler);
  const webhook = new Webhook(simulation, plan.deliveries);
  start(plan, simulation);
  await simulation.steps.pass(0);
  while (await simulation.steps.step()) webhook.sendChanges();
  simulation.outcomes = [];
  await comeToRest(simulation, webhook);
  await sweepOnce(simulation, webhook);
  await checkEnd(simulation);
  findings.note("run");
  findings.note("step", simulation.steps.count);
  return findings.violations;
}

/**
 * Loads every module that a run needs, the components' too, by doing each thing once: a module that is loaded in a run
 * would add steps to it.
 */
export async function warmUp(): Promise<void> {
  const { t, user } = await startSimulation(new Findings());
  const functions = Object.entries(modules).filter(([path]) => !path.endsWith(".config.ts"));
  await Promise.all(functions.map(([, load]) => load()));
  const { projectId } = await user.action(api.projects.actions.create, PROJECT);
  await user.mutation(api.projects.mutations.remove, { projectId });
  daytona.fail("delete", DOWN);
  await t.mutation(internal.projects.reconcile.sweep.sweepRunning, {});
  await settle(t, 2_000);
}

/** A fresh simulation, in which nothing waits until `steps` is started. */
async function startSimulation(findings: Findings): Promise<Simulation> {
  vi.clearAllTimers();
  vi.setSystemTime(NOON);
  daytona.reset();
  findings.violations = [];
  const steps = new StepScheduler();
  const leases = new Leases(findings);
  const everyProject: Id<"projects">[] = [];
  let known: Projects = new Map();
  const committed = (transaction: Transaction) => {
    const { name, before, after } = transaction;
    checkRows(transaction, findings);
    leases.committed(transaction);
    if (JSON.stringify([...before.values()]) !== JSON.stringify([...known.values()])) {
      findings.violation(`unobserved: something was written before ${name}`);
    }
    known = after;
    everyProject.push(...[...after.keys()].filter((id) => !everyProject.includes(id)));
  };
  const failed = (name: string, error: unknown) => {
    if (!JOBS.has(name)) findings.violation(`broken: ${name} threw ${String(error)}`);
  };
  const t = aBackend(observedModules(steps, { committed, failed }));
  const user = await signUp(t);
  const simulation: Simulation = { t, user, steps, findings, everyProject, outcomes: [] };
  const isOfProject = (id: unknown) => {
    const label = typeof id === "string" ? daytona.find(id)?.labels.projectId : undefined;
    return [...known.keys()].some((projectId) => projectId === label);
  };
  const next = () => simulation.outcomes.shift() ?? "answered";
  daytona.via = (client) => overNetwork(client, { steps, leases, findings, next, isOfProject });
  return simulation;
}

const PROJECT = { name: "Tetris", prompt: "Falling blocks" };

/** A project in this state, by calls of its owner. */
async function makeProject(initial: Plan["projects"][number], simulation: Simulation) {
  const { user } = simulation;
  const { create, stop, archive } = api.projects.actions;
  if (initial.startsWith("failed")) {
    daytona.fail("create", DOWN, 1, { after: initial === "failed with a sandbox" });
    await user.action(create, PROJECT).catch((error: unknown) => {
      if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) throw error;
    });
    return;
  }
  if (initial === "ready with a version") {
    await makeVersion(simulation);
    return;
  }
  const { projectId } = await user.action(create, PROJECT);
  if (initial !== "ready") await user.action(stop, { projectId });
  if (initial === "archived") await user.action(archive, { projectId });
}

/** A project whose agent has ended its first turn well. */
async function makeVersion({ user, steps }: Simulation): Promise<void> {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent");
  await user.action(api.projects.actions.create, PROJECT);
  await steps.pass(1_000);
  daytona.agent.exitCode = 0;
  await steps.pass(6_000);
  vi.stubEnv("AGENT_COMMAND", undefined);
}

/** Everyone starts at once; each does one thing after the other. */
function start(plan: Plan, simulation: Simulation): void {
  const { t, user, everyProject: projects, steps, findings } = simulation;
  const tab = { user, projects, agent: plan.agent, findings };
  const [first, second] = plan.tabs;
  const { sweep } = internal.projects.reconcile;
  const actors = [
    inTurn(first, (request) => ask(request, { ...tab, name: "tab A" })),
    inTurn(second, (request) => ask(request, { ...tab, name: "tab B" })),
    inTurn(plan.waits, async (ms) => {
      await steps.turn(`${ms / 1000} s pass`);
      steps.skip(ms);
    }),
    inTurn(plan.sweeps, async ({ name, force }) => {
      for (let i = 0; i < plan.stepsBeforeSweep; i++) await steps.turn("no sweep begins");
      await t.mutation(sweep[name], force ? { force } : {});
    }),
    inTurn(plan.sandboxChanges, (change) => changeSandbox(simulation, change)),
    inTurn(plan.agentActions, (action) => agentActs(simulation, action)),
  ];
  Promise.all(actors).catch((error: unknown) => findings.violation(`error: ${String(error)}`));
}

async function inTurn<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (const item of items) await act(item);
}

const MAX_STEPS = 5_000; // a run that needs more does not come to rest
const ALL_GRACE_PERIODS_MS = 46 * 60_000; // a turn that is lost is given up 15 minutes past its 30

/** Lets everything go on, one after the other and then by the clock, until nothing is left to do. */
async function comeToRest({ steps, findings }: Simulation, webhook: Webhook): Promise<void> {
  for (let i = 0; i < MAX_STEPS; i++) {
    for (const command of daytona.commands) command.exitCode ??= 0;
    const isMore = (await steps.step()) || (await steps.passToNextTimer());
    webhook.sendChanges();
    if (!isMore) return;
  }
  findings.violation("end: it does not come to rest");
}

/** Sweeps once, when every lease has expired and every grace period is over. */
async function sweepOnce(simulation: Simulation, webhook: Webhook): Promise<void> {
  const { t, steps } = simulation;
  await steps.pass(ALL_GRACE_PERIODS_MS);
  void t.mutation(internal.projects.reconcile.sweep.sweepRunning, {});
  void t.mutation(internal.projects.reconcile.sweep.sweepStopped, {});
  await steps.pass(0);
  await comeToRest(simulation, webhook);
}

/** What must hold at the end. */
async function checkEnd({ t, findings }: Simulation): Promise<void> {
  const sandboxes = [...daytona.sandboxes.values()];
  const rows = await dump(t);
  const wrongRows = wrongProjects({ ...rows, sandboxes });
  const wrongTurns = [
    ...wrongAnswers(rows.turns, rows.messages),
    ...wrongResults(rows.turns, rows.turnSteps),
  ];
  for (const wrong of [...wrongRows, ...wrongTurns]) {
    findings.violation(`end: ${wrong}`);
  }
  for (const [first] of vi.mocked(console.error).mock.calls) {
    const line = String(first);
    if (line.startsWith("Error when running scheduled function"))
      findings.violation(`end: ${line}`);
  }
}
