/** The end of a run: everything comes to rest, is swept once, and is looked at. */
import { vi } from "vitest";
import { internal } from "../../../convex/_generated/api.js";
import { daytona } from "../../convex/setup.ts";
import { dump } from "../../convex/things.ts";
import type { World } from "./world.ts";

const MOST_STEPS = 5_000; // a run that needs more does not come to rest
const ALL_GRACES_MS = 46 * 60_000; // a turn that is lost is given up 15 minutes past its 30

/** Lets everything go on, one after the other and then by the clock, until nothing is left to do. */
export async function comeToRest(world: World, look: () => void): Promise<void> {
  for (let i = 0; i < MOST_STEPS; i++) {
    for (const command of daytona.commands) command.exitCode ??= 0;
    const isMore = (await world.pace.step()) || (await world.pace.passToNext());
    look();
    if (!isMore) return;
  }
  world.findings.violation("unrest: something goes on for ever");
}

/** Sweeps once, when every lease has run out and every grace is over. */
export async function sweepOnce(world: World, look: () => void): Promise<void> {
  const { t, pace } = world;
  await pace.pass(ALL_GRACES_MS);
  void t.mutation(internal.projects.sweep.run, {});
  void t.mutation(internal.projects.sweep.runStopped, {});
  await pace.pass(0);
  await comeToRest(world, look);
}

const FITTING: Record<string, readonly string[]> = {
  ready: ["started"],
  stopped: ["stopped"],
  archived: ["archived", "archiving"],
};

/** What must not be at the end. */
export async function checkEnd({ t, findings }: World): Promise<void> {
  const { projects, messages } = await dump(t);
  const wrong = (what: string) => findings.violation(`end: ${what}`);
  for (const { status, sandboxId, operation } of projects) {
    if (status === "creating" || status === "generating") wrong(`a project is ${status}`);
    if (operation) wrong(`a ${status} project is under a lease to ${operation.kind}`);
    const state = sandboxId === undefined ? undefined : daytona.find(sandboxId)?.state;
    if (FITTING[status] && !FITTING[status].includes(String(state))) {
      wrong(`a ${status} project's sandbox is ${state ?? "missing"}`);
    }
  }
  for (const { id } of daytona.sandboxes.values()) {
    if (!projects.some(({ sandboxId }) => sandboxId === id)) wrong("a sandbox is no project's");
  }
  for (const { projectId } of messages) {
    if (!projects.some(({ _id }) => _id === projectId)) wrong("a message is no project's");
  }
  const told = vi.mocked(console.error).mock.calls.map(([first]) => String(first));
  for (const line of told) {
    if (line.startsWith("Error when running scheduled function")) wrong(line);
  }
}
