/** The stage: a world in which Ada has everything, Grace had everything and is gone, and strangers come as needed. */
import { expect, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { isRunning, unfinished } from "../../support/jobs.ts";
import type { Row } from "../../support/operator.ts";
import { startWorld, type World, type WorldOptions } from "../../support/world.ts";
import { changesBetween, dumpOf, stringsIn, type Dump } from "./database.ts";
import { identifiersOf, isOfJobs, type Identifier } from "./identifiers.ts";
import { readSpec, type Spec } from "../../../scripts/lib/function-spec.ts";
import { AGENT_COMMAND, aVictim, type Victim } from "./victim.ts";

const QUIET_WITHIN_MS = 90_000;
const QUIET_FOR_MS = 1_000;

/** Everything that the strangers' attempts are judged by. */
export interface Stage {
  world: World;
  spec: Spec;
  ada: Victim;
  /** All of Ada's names. */
  hers: Identifier[];
  /** Those of somebody who had the same and is gone, by their kind. */
  removed: ReadonlyMap<string, Identifier>;
}

/** Starts a world and sets the stage in it. */
export async function setStage(options: WorldOptions = {}): Promise<Stage> {
  const world = await startWorld({
    ...options,
    environment: { AGENT_COMMAND },
    daytona: {
      delaysMs: { create: 50, start: 50, stop: 50, archive: 50, destroy: 50 },
      minuteMs: 60 * 60_000, // nobody's sandbox idles out meanwhile
    },
  });
  try {
    const [spec, ada, grace] = await Promise.all([
      readSpec(world.deployment, world.project),
      aVictim(world, "Ada"),
      aVictim(world, "Grace"),
    ]);
    const dump = await quietDump(world, [ada.projects.generating, grace.projects.generating]);
    const [hers, graces] = [namesOf(world, dump, ada), namesOf(world, dump, grace)];
    const both = new Set(graces.map(({ value }) => value).filter((value) => has(hers, value)));
    await grace.caller.action(api.auth.users.deleteUser, {});
    await untilGone(world, grace);
    return {
      world,
      spec,
      ada,
      hers: hers.filter(({ value }) => !both.has(value)),
      removed: new Map(
        graces.filter(({ value }) => !both.has(value)).map((name) => [name.kind, name]),
      ),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

function has(names: Identifier[], value: string): boolean {
  return names.some((name) => name.value === value);
}

function namesOf(world: World, dump: Dump, { caller, handles }: Victim): Identifier[] {
  const seeds = [{ kind: "Clerk's user", value: caller.person.id }, ...handles];
  return identifiersOf(dump, seeds, Object.values(world.stripe.priceIds));
}

async function untilGone(world: World, { caller, projects }: Victim): Promise<void> {
  const names = new Set<string>([caller.person.id, ...Object.values(projects)]);
  const look = async () => {
    const dump = await dumpOf(world.deployment);
    const tables = ["app/users", "app/projects", "app/messages", "app/subscriptions"];
    const rows = tables.flatMap((table) => dump.get(table) ?? []);
    const left = [...rows, ...(dump.get("app/_scheduled_functions") ?? []).filter(isRunning)];
    expect(left.filter((row) => stringsIn(row).some(({ text }) => names.has(text)))).toEqual([]);
    expect(ordered(dump)).toEqual([]);
  };
  await vi.waitFor(look, { timeout: QUIET_WITHIN_MS, interval: 250 });
}

/** What the workpool still has to do. */
function ordered(dump: Dump): Row[] {
  return unfinished(dump.get("workpool/work") ?? []);
}

/**
 * A dump of a database in which nothing is going on, but for what always is: an agent at work is looked at every few
 * seconds, and each look renews the lease. That is left out of the dump, and so are the records of jobs, which go on
 * for minutes after the jobs themselves.
 */
async function quietDump({ deployment }: World, generating: string[]): Promise<Dump> {
  let [before, since]: [Dump, number] = [new Map(), Date.now()];
  for (const end = Date.now() + QUIET_WITHIN_MS; Date.now() < end;) {
    const whole = await dumpOf(deployment);
    const now = withoutLooks(whole, generating);
    const isStill = ordered(whole).length === 0 && changesBetween(before, now).length === 0;
    if (!isStill) [before, since] = [now, Date.now()];
    else if (Date.now() - since >= QUIET_FOR_MS) return now;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("The deployment does not come to rest.");
}

/**
 * A dump without the records of jobs and of sweeps under way, without what a look at a turn writes when the agent is
 * silent, and without the time at which the sweep last looked at a sandbox.
 */
export function withoutLooks(dump: Dump, generating: string[]): Dump {
  const tables = [...dump].filter(([table]) => !isOfJobs(table) && table !== "app/sweeps");
  return new Map(
    tables.map(([table, rows]) => [
      table,
      rows.map(({ sandboxSeenAt: _, ...row }) =>
        generating.includes(row._id) ? notLookedAt(row) : row,
      ),
    ]),
  );
}

const LOOKED_AT = new Set(["expiresAt", "contactAt", "awakeAt"]);

function notLookedAt(row: Row): Row {
  const without = (value: unknown) =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([field]) => !LOOKED_AT.has(field)));
  const { operation, generation, ...rest } = row;
  return { ...rest, operation: without(operation), generation: without(generation) };
}
