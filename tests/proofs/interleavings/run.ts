/** One run, from its beginning to its end. */
import type fc from "fast-check";
import { vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { DOWN } from "../../convex/fakeDaytona.ts";
import { daytona, modules, settle } from "../../convex/setup.ts";
import { agentDoes, drift, sweep, timePasses, Webhook } from "./actors.ts";
import { Findings } from "./findings.ts";
import type { BEGINNINGS, Plan } from "./plan.ts";
import { checkEnd, comeToRest, sweepOnce } from "./rest.ts";
import { ask } from "./tab.ts";
import { aWorld, type World } from "./world.ts";

/**
 * Does what the plan says, in the order that the scheduler chooses, until everything is at rest.
 *
 * @returns what was seen that must not be
 */
export async function runPlan(
  plan: Plan,
  scheduler: fc.Scheduler,
  findings: Findings,
): Promise<string[]> {
  vi.mocked(console.error).mockClear();
  vi.mocked(console.warn).mockClear();
  vi.stubEnv("AGENT_COMMAND", undefined);
  const world = await aWorld(findings);
  for (const beginning of plan.projects) await beginAs(beginning, world);
  vi.stubEnv("AGENT_COMMAND", plan.agent ? "quaver-agent" : undefined);
  world.outcomes = [...plan.outcomes];
  world.pace.begin(scheduler);
  const webhook = new Webhook(world, plan.deliveries);
  const look = () => webhook.look();
  begin(plan, world);
  await world.pace.pass(0);
  while (await world.pace.step()) look();
  world.outcomes = [];
  await comeToRest(world, look);
  await sweepOnce(world, look);
  await checkEnd(world);
  findings.note("run");
  findings.note("step", world.pace.steps);
  return findings.violations;
}

/**
 * Loads every module that a run needs, the components' too, by living once: what is loaded in the
 * midst of a run comes at a time of its own.
 */
export async function warmUp(): Promise<void> {
  const { t, ada } = await aWorld(new Findings());
  const functions = Object.entries(modules).filter(([path]) => !path.endsWith(".config.ts"));
  await Promise.all(functions.map(([, load]) => load()));
  const { projectId } = await ada.action(api.projects.actions.create, WISH);
  await ada.mutation(api.projects.mutations.remove, { projectId });
  daytona.fail("delete", DOWN);
  await t.mutation(internal.projects.sweep.run, {});
  await settle(t, 2_000);
}

const WISH = { name: "Tetris", prompt: "Falling blocks" };

/** A project that has come so far, by its owner's doing. */
async function beginAs(beginning: (typeof BEGINNINGS)[number], { ada }: World): Promise<void> {
  const { create, stop, archive } = api.projects.actions;
  if (beginning.startsWith("failed")) {
    daytona.fail("create", DOWN, 1, { after: beginning === "failed, made" });
    await ada.action(create, WISH).catch((error: unknown) => {
      if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) throw error;
    });
    return;
  }
  const { projectId } = await ada.action(create, WISH);
  if (beginning !== "ready") await ada.action(stop, { projectId });
  if (beginning === "archived") await ada.action(archive, { projectId });
}

/** Everyone begins; each does one thing after the other. */
function begin(plan: Plan, world: World): void {
  const { ada: person, everyProject, findings } = world;
  const tab = { person, projects: () => everyProject, agent: plan.agent, findings };
  const [first, second] = plan.tabs;
  const actors = [
    inTurn(first, (request) => ask(request, { ...tab, name: "tab A" })),
    inTurn(second, (request) => ask(request, { ...tab, name: "tab B" })),
    inTurn(plan.waits, (ms) => timePasses(world, ms)),
    inTurn(plan.sweeps, (order) => sweep(world, order)),
    inTurn(plan.drifts, (what) => drift(world, what)),
    inTurn(plan.deeds, (deed) => agentDoes(world, deed)),
  ];
  Promise.all(actors).catch((error: unknown) => findings.violation(`broken: ${String(error)}`));
}

async function inTurn<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await act(item);
}
