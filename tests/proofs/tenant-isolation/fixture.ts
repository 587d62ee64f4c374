/** The fixture: an owner who has one of everything, and a removed owner who had the same and deleted their account. */
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import type { ProjectStatus } from "../../../convex/projects/tables.ts";
import { readSpec, type Spec } from "../../../scripts/lib/function-spec.ts";
import { readTable, scheduledWork, workpoolJobs, type Row } from "../../support/operator.ts";
import { until } from "../../support/until.ts";
import { createProject, subscribe, TestUser, untilAtRest } from "../../support/user.ts";
import { pushedDeployment } from "../../support/pushed-data.ts";
import { startWorld, type World } from "../../support/world.ts";
import {
  dumpOf,
  identifiersOf,
  isJobTable,
  names,
  type Dump,
  type Identifier,
} from "./database.ts";

const { start: startTurn, cancel: cancelTurn } = api.turns.mutations;
const { listByProject: listTurns, output } = api.turns.queries;

const QUIET_WITHIN_MS = 90_000;
const QUIET_FOR_MS = 1_000;

/** What the agent that never ends prints. */
const WORKING = "at work";

/** The agent: it writes a file, as a step, and succeeds, fails, or never ends, as the prompt says. */
const AGENT_COMMAND = `mkdir -p app; printf '%s' "$QUAVER_PROMPT" > app/prompt.txt
echo '::step:: {"title":"Wrote prompt.txt","status":"done"}'
case "$QUAVER_PROMPT" in *forever*) echo ${WORKING}; exec sleep 3600;; *badly*) exit 3;; *) echo done;; esac`;

/** The prompts of a project in each status; `creating` is over too soon. */
const PROMPTS = {
  ready: "Work",
  stopped: "Work, then stop",
  archived: "Work, then stop and be archived",
  failed: "Work, then break",
  generating: "Work forever",
} as const satisfies Partial<Record<ProjectStatus, string>>;

/** Someone with projects in every status, turns in every status, messages, and a paid plan. */
export interface Owner {
  user: TestUser;
  projects: Record<keyof typeof PROMPTS, Id<"projects">>;
  /** Of the project that is generating: one has said something, the other waits for it. */
  turns: Record<"running" | "queued", Id<"turns">>;
  /** The sandbox of the project that is generating. */
  generatingSandbox: string;
  /** What they were given that is not stored: cursors, URLs. */
  handles: Identifier[];
}

/** What the attempts are judged by. */
export interface Fixture {
  world: World;
  spec: Spec;
  owner: Owner;
  /** The owner's. */
  identifiers: Identifier[];
  /** The same as a set. */
  values: ReadonlySet<string>;
  /** Those of the removed owner, by their kind. */
  removed: ReadonlyMap<string, Identifier>;
}

export async function startFixture(): Promise<Fixture> {
  const world = await startWorld({
    pushed: pushedDeployment(),
    environment: { AGENT_COMMAND },
    daytona: {
      delaysMs: { create: 50, start: 50, stop: 50, archive: 50, destroy: 50 },
      minuteMs: 60 * 60_000, // no sandbox is stopped for being idle
    },
  });
  try {
    const [spec, owner, removedOwner] = await Promise.all([
      readSpec(world.deployment, world.project),
      makeOwner(world, "Ada"),
      makeOwner(world, "Grace"),
    ]);
    const dump = await stableDump(world);
    const all = identifiersIn(world, dump, owner);
    const allRemoved = identifiersIn(world, dump, removedOwner);
    const isShared = ({ value }: Identifier) =>
      [all, allRemoved].every((some) => some.some((other) => other.value === value));
    const identifiers = all.filter((one) => !isShared(one));
    const removed = allRemoved.filter((one) => !isShared(one));
    await removedOwner.user.action(api.auth.users.deleteUser, {});
    await untilDeleted(world, removedOwner);
    return {
      world,
      spec,
      owner,
      identifiers,
      values: new Set(identifiers.map(({ value }) => value)),
      removed: new Map(removed.map((identifier) => [identifier.kind, identifier])),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function makeOwner(world: World, firstName: string): Promise<Owner> {
  const user = await TestUser.signUp(world, firstName);
  const paid = await buyPlan(user);
  const statuses = Object.keys(PROMPTS) as (keyof typeof PROMPTS)[];
  const made = await Promise.all(statuses.map((status) => makeProject(world, user, status)));
  const projects = Object.fromEntries(
    statuses.map((status, index) => [status, made[index]!.projectId]),
  ) as Owner["projects"];
  const projectId = projects.ready;
  await addEndedTurns(user, projectId);
  for (const content of ["Make it blue", "Make it bluer"]) {
    const message = { projectId, role: "user" as const, content };
    const clientMessageId = crypto.randomUUID();
    await user.mutation(api.messages.mutations.insert, { ...message, clientMessageId });
  }
  const preview = await user.action(api.projects.actions.previewUrl, { projectId });
  const download = await user.action(api.turns.actions.download, { projectId });
  const urls = [
    { kind: "preview", value: preview.url },
    { kind: "download", value: download.url },
  ];
  const cursors = await cursorsOf(user, projectId);
  return {
    user,
    projects,
    turns: await turnsOf(user, projects.generating),
    generatingSandbox: made[statuses.indexOf("generating")]!.sandboxId,
    handles: [...paid, ...cursors, ...urls],
  };
}

async function makeProject(world: World, user: TestUser, status: keyof typeof PROMPTS) {
  const { stop, archive, start } = api.projects.actions;
  const made = await createProject(user, { name: `Is ${status}`, prompt: PROMPTS[status] });
  const { projectId, sandboxId } = made;
  if (status === "generating") {
    await untilAtWork(user, projectId);
    await user.mutation(startTurn, { projectId, prompt: "Wait for the first" });
    return made;
  }
  await untilAtRest(user, projectId);
  if (status === "ready") return made;
  await user.action(stop, { projectId });
  if (status === "archived") await user.action(archive, { projectId });
  if (status === "failed") {
    const path = new RegExp(`^/sandbox/${sandboxId}/start$`);
    const kind = { error: "out of disk", recoverable: false };
    const repair = world.daytona.faults.add({ method: "POST", path, kind });
    await user.action(start, { projectId }).catch(() => null);
    repair();
    await untilAtRest(user, projectId, "failed");
  }
  return made;
}

/** Waits until the agent has said something: the status comes before its command has been started. */
async function untilAtWork(user: TestUser, projectId: Id<"projects">): Promise<Id<"turns">> {
  return await until("the agent to work", async () => {
    const turn = (await user.query(listTurns, { projectId })).at(-1);
    const answer = turn && (await user.query(output, { turnId: turn._id, after: 0 }));
    return answer?.parts.some(({ text }) => text.includes(WORKING)) && turn?._id;
  });
}

/** A turn that fails, one that is cancelled while it works, and a restore, in a project whose first turn is done. */
async function addEndedTurns(user: TestUser, projectId: Id<"projects">): Promise<void> {
  await user.mutation(startTurn, { projectId, prompt: "End badly" });
  await untilAtRest(user, projectId);
  await user.mutation(startTurn, { projectId, prompt: "Work forever" });
  await user.mutation(cancelTurn, { turnId: await untilAtWork(user, projectId) });
  const [first] = await user.query(listTurns, { projectId });
  await user.action(api.turns.actions.restore, { turnId: first!._id });
  await untilAtRest(user, projectId);
  const statuses = (await user.query(listTurns, { projectId })).map(({ status }) => status);
  const expected = ["done", "failed", "cancelled", "done"];
  if (statuses.join() !== expected.join()) throw new Error(`The turns are ${statuses.join()}.`);
}

async function turnsOf(user: TestUser, projectId: Id<"projects">): Promise<Owner["turns"]> {
  const [running, queued] = await user.query(listTurns, { projectId });
  if (running?.status !== "running" || queued?.status !== "queued") {
    throw new Error("One turn should run, and another wait for it.");
  }
  return { running: running._id, queued: queued._id };
}

async function buyPlan(user: TestUser): Promise<Identifier[]> {
  const { sessionId, url } = await subscribe(user);
  const { listInvoices, listPayments } = api.payments.queries;
  await until("the bill", async () => {
    const bills = [await user.query(listInvoices, {}), await user.query(listPayments, {})];
    return bills.every(({ length }) => length === 1);
  });
  const portal = await user.action(api.payments.actions.createPortalSession, {});
  return [
    { kind: "checkout session", value: sessionId },
    { kind: "checkout page", value: url },
    { kind: "portal page", value: portal.url },
  ];
}

/** A cursor of each paginated query. */
async function cursorsOf(user: TestUser, projectId: string): Promise<Identifier[]> {
  const first = { paginationOpts: { numItems: 1, cursor: null } };
  const { payments, projects, messages, turns } = api;
  const pages = {
    projects: await user.query(projects.queries.pageForCurrentUser, first),
    messages: await user.query(messages.queries.pageByProject, { projectId, ...first }),
    turns: await user.query(turns.queries.pageByProject, { projectId, ...first }),
    invoices: await user.query(payments.queries.pageInvoices, first),
    payments: await user.query(payments.queries.pagePayments, first),
  };
  return Object.entries(pages).map(([of, { continueCursor: value }]) => {
    return { kind: `cursor of ${of}`, value };
  });
}

function identifiersIn(world: World, dump: Dump, { user, handles }: Owner): Identifier[] {
  const seeds = [{ kind: "Clerk's user", value: user.clerkId }, ...handles];
  return identifiersOf(dump, seeds, Object.values(world.stripe.priceIds));
}

async function untilDeleted({ deployment }: World, { user, projects }: Owner): Promise<void> {
  const identifiers = new Set<string>([user.clerkId, ...Object.values(projects)]);
  const isDeleted = async () => {
    const tables = [
      "users",
      "projects",
      "leases",
      "turns",
      "turnRuns",
      "turnSteps",
      "messages",
      "subscriptions",
    ];
    const rows = await Promise.all(tables.map((table) => readTable(deployment, table)));
    const left = [...rows.flat(), ...(await scheduledWork(deployment, 0))];
    const isGone = !left.some((row) => names(row, identifiers));
    return isGone && (await workpoolJobs(deployment)).length === 0;
  };
  await until("an account to be deleted", isDeleted, {
    timeoutMs: QUIET_WITHIN_MS,
    intervalMs: 250,
  });
}

/** A dump of the database once nothing changes any more, but for what the polls of running turns write. */
async function stableDump({ deployment }: World): Promise<Dump> {
  let before = "";
  let since = Date.now();
  return await until(
    "the deployment to be at rest",
    async () => {
      const dump = withoutPolling(await dumpOf(deployment));
      const now = JSON.stringify([...dump]);
      const isStable = now === before && (await workpoolJobs(deployment)).length === 0;
      if (!isStable) since = Date.now();
      before = now;
      return Date.now() - since >= QUIET_FOR_MS && dump;
    },
    { timeoutMs: QUIET_WITHIN_MS, intervalMs: 250 },
  );
}

/**
 * A dump without the records of jobs and of sweeps, which go on for minutes after the jobs themselves; without what
 * each poll of a running turn writes; and without the time at which the sweep last saw a sandbox.
 */
export function withoutPolling(dump: Dump): Dump {
  const tables = [...dump].filter(([table]) => !isJobTable(table) && table !== "app/sweeps");
  return new Map(tables.map(([table, rows]) => [table, rows.map(withoutPollTimes)]));
}

const POLL_TIMES = new Set(["sandboxSeenAt", "expiresAt", "contactAt", "awakeAt"]);

function withoutPollTimes({ _id, ...fields }: Row): Row {
  const kept = Object.entries(fields).filter(([field]) => !POLL_TIMES.has(field));
  return { _id, ...Object.fromEntries(kept) };
}
