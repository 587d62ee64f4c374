/** One run, from its initial to its end. */
import type fc from "fast-check";
import { vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { DOWN } from "../../convex/support/fakeDaytona.ts";
import { daytona, modules, settle } from "../../convex/support/setup.ts";
import { dump } from "../../convex/support/builders.ts";
import { agentActs, ask, changeSandbox, passTime, sweep, Webhook } from "./actors.ts";
import { Findings } from "./findings.ts";
import type { INITIAL_STATES, Plan } from "./plan.ts";
import { startSimulation, type Simulation } from "./simulation.ts";

/**
 * Does what the plan says, in the order that the scheduler chooses, until everything is at rest.
 *
 * @returns the violations
 */
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
  vi.stubEnv("AGENT_COMMAND", plan.agent ? "quaver-agent" : undefined);
  simulation.outcomes = [...plan.outcomes];
  simulation.steps.start(scheduler);
  const webhook = new Webhook(simulation, plan.deliveries);
  const sendWebhooks = () => webhook.sendChanges();
  start(plan, simulation);
  await simulation.steps.pass(0);
  while (await simulation.steps.step()) sendWebhooks();
  simulation.outcomes = [];
  await comeToRest(simulation, sendWebhooks);
  await sweepOnce(simulation, sendWebhooks);
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

const PROJECT = { name: "Tetris", prompt: "Falling blocks" };

/** A project in this state, by calls of its owner. */
async function makeProject(
  initial: (typeof INITIAL_STATES)[number],
  { user }: Simulation,
): Promise<void> {
  const { create, stop, archive } = api.projects.actions;
  if (initial.startsWith("failed")) {
    daytona.fail("create", DOWN, 1, { after: initial === "failed with a sandbox" });
    await user.action(create, PROJECT).catch((error: unknown) => {
      if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) throw error;
    });
    return;
  }
  const { projectId } = await user.action(create, PROJECT);
  if (initial !== "ready") await user.action(stop, { projectId });
  if (initial === "archived") await user.action(archive, { projectId });
}

/** Everyone starts at once; each does one thing after the other. */
function start(plan: Plan, simulation: Simulation): void {
  const { user, everyProject, findings } = simulation;
  const tab = { user, projects: () => everyProject, agent: plan.agent, findings };
  const [first, second] = plan.tabs;
  const actors = [
    inTurn(first, (request) => ask(request, { ...tab, name: "tab A" })),
    inTurn(second, (request) => ask(request, { ...tab, name: "tab B" })),
    inTurn(plan.waits, (ms) => passTime(simulation, ms)),
    inTurn(plan.sweeps, (one) => sweep(simulation, one)),
    inTurn(plan.sandboxChanges, (change) => changeSandbox(simulation, change)),
    inTurn(plan.agentActions, (action) => agentActs(simulation, action)),
  ];
  Promise.all(actors).catch((error: unknown) => findings.violation(`error: ${String(error)}`));
}

async function inTurn<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await act(item);
}

const MAX_STEPS = 5_000; // a run that needs more does not come to rest
const ALL_GRACE_PERIODS_MS = 46 * 60_000; // a turn that is lost is given up 15 minutes past its 30

/** Lets everything go on, one after the other and then by the clock, until nothing is left to do. */
async function comeToRest(simulation: Simulation, sendWebhooks: () => void): Promise<void> {
  for (let i = 0; i < MAX_STEPS; i++) {
    for (const command of daytona.commands) command.exitCode ??= 0;
    const isMore = (await simulation.steps.step()) || (await simulation.steps.passToNextTimer());
    sendWebhooks();
    if (!isMore) return;
  }
  simulation.findings.violation("end: it does not come to rest");
}

/** Sweeps once, when every lease has expired and every grace period is over. */
async function sweepOnce(simulation: Simulation, sendWebhooks: () => void): Promise<void> {
  const { t, steps } = simulation;
  await steps.pass(ALL_GRACE_PERIODS_MS);
  void t.mutation(internal.projects.reconcile.sweep.sweepRunning, {});
  void t.mutation(internal.projects.reconcile.sweep.sweepStopped, {});
  await steps.pass(0);
  await comeToRest(simulation, sendWebhooks);
}

const SANDBOX_STATES: Record<string, readonly string[]> = {
  ready: ["started"],
  stopped: ["stopped"],
  archived: ["archived", "archiving"],
};

/** What must hold at the end. */
async function checkEnd({ t, findings }: Simulation): Promise<void> {
  const { projects, messages } = await dump(t);
  const wrong = (what: string) => findings.violation(`end: ${what}`);
  for (const { status, sandboxId, operation } of projects) {
    if (status === "creating" || status === "generating") wrong(`a project is ${status}`);
    if (operation) wrong(`a ${status} project is under a lease to ${operation.kind}`);
    const state = sandboxId === undefined ? undefined : daytona.find(sandboxId)?.state;
    if (SANDBOX_STATES[status] && !SANDBOX_STATES[status].includes(String(state))) {
      wrong(`a ${status} project's sandbox is ${state ?? "missing"}`);
    }
  }
  for (const { id } of daytona.sandboxes.values()) {
    if (!projects.some(({ sandboxId }) => sandboxId === id)) wrong("a sandbox has no project");
  }
  for (const { projectId } of messages) {
    if (!projects.some(({ _id }) => _id === projectId)) wrong("a message has no project");
  }
  const logged = vi.mocked(console.error).mock.calls.map(([first]) => String(first));
  for (const line of logged) {
    if (line.startsWith("Error when running scheduled function")) wrong(line);
  }
}
