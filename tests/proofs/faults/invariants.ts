/** What must not be, after at most one sweep: read as an operator would, here and at the other services. */
import { z } from "zod";
import { readTable, type Row } from "../../support/operator.ts";
import type { Lane } from "./lane.ts";
import type { Member } from "./operations.ts";

const SANDBOX_STATES: Partial<Record<string, string>> = {
  ready: "started",
  stopped: "stopped",
  archived: "archived",
};

/** Everything that is wrong. */
export async function violations(lane: Lane, person: Member): Promise<string[]> {
  const state = await readState(lane);
  return [
    ...wrongProjects(state),
    ...orphans(state),
    ...(await wrongPayments(lane, person, state)),
    ...(await halfDeleted(lane, person, state)),
  ];
}

type State = Awaited<ReturnType<typeof readState>>;

async function readState(lane: Lane) {
  const { deployment } = lane.world;
  const [users, tombstones, projects, messages] = await Promise.all(
    ["users", "deletedClerkUsers", "projects", "messages"].map((table) =>
      readTable(deployment, table),
    ),
  );
  return {
    users: users!,
    tombstones: tombstones!,
    projects: projects!,
    messages: messages!,
    sandboxes: await lane.sandboxes(),
  };
}

function wrongProjects({ projects, sandboxes }: State): string[] {
  return projects.flatMap(({ status, sandboxId, operation }) => {
    const wrong: string[] = [];
    if (status === "creating" || status === "generating") wrong.push(`a project is ${status}`);
    if (operation !== undefined) wrong.push(`a project that is ${String(status)} has a lease`);
    const wanted = SANDBOX_STATES[String(status)];
    const state = sandboxes.find(({ id }) => id === sandboxId)?.state ?? "gone";
    if (wanted !== undefined && state !== wanted) {
      wrong.push(`a project is ${String(status)}, its sandbox ${state}`);
    }
    return wrong;
  });
}

function orphans({ projects, messages, sandboxes }: State): string[] {
  const lost = sandboxes.filter(({ id }) => !projects.some(({ sandboxId }) => sandboxId === id));
  const mute = messages.filter(({ projectId }) => !projects.some(({ _id }) => _id === projectId));
  return [
    ...lost.map(({ state }) => `a sandbox that is ${state} has no project`),
    ...mute.map(() => "a message has no project"),
  ];
}

const listSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.string()) })),
});

async function wrongPayments(lane: Lane, person: Member, { users }: State): Promise<string[]> {
  const { deployment } = lane.world;
  const user = rowOf(person, users);
  const customers = await readTable(deployment, "stripeCustomers");
  const subscriptions = await listAtStripe(lane, "subscriptions?status=active&limit=100");
  const mine = await customersOf(lane, person);
  const live = subscriptions.filter(({ customer }) => mine.some(({ id }) => id === customer));
  if (user === undefined) return live.map(() => "a deleted person has a subscription");
  const wrong: string[] = [];
  if (mine.length > 1) wrong.push("a person has two customers");
  if (live.length > 1) wrong.push("a person pays twice");
  const open = await listAtStripe(lane, "checkout/sessions?status=open&limit=100");
  const payable = open.filter(({ customer }) => mine.some(({ id }) => id === customer));
  if (payable.length > 1) wrong.push("a person could pay twice");
  const known = await readTable(deployment, "subscriptions");
  if (live.length > known.filter(({ ended }) => ended === false).length) {
    wrong.push("a paid subscription gives no plan");
  }
  if (customers.length > 1) wrong.push("a person has two rows as a customer");
  return wrong;
}

async function listAtStripe({ world }: Lane, what: string) {
  const response = await fetch(`${world.stripe.url}/v1/${what}`, {
    headers: { authorization: `Bearer ${world.stripe.secretKey}` },
  });
  return listSchema.parse(await response.json()).data;
}

async function customersOf(lane: Lane, { userId }: Member) {
  const customers = await listAtStripe(lane, "customers?limit=100");
  return customers.filter(({ metadata }) => metadata.userId === userId);
}

async function halfDeleted(
  lane: Lane,
  person: Member,
  { users, tombstones, projects }: State,
): Promise<string[]> {
  const { clerk, deployment } = lane.world;
  const answer = await fetch(`${clerk.url}/v1/users/${person.id}`, {
    headers: { authorization: `Bearer ${clerk.secretKey}` },
  });
  const isAtClerk = answer.status === 200;
  const isHere = rowOf(person, users) !== undefined;
  if (isAtClerk && isHere) return [];
  const wrong: string[] = [];
  if (isAtClerk !== isHere) wrong.push(`a person is ${isHere ? "here" : "at Clerk"} only`);
  if (projects.length > 0) wrong.push("a deleted person has projects");
  if (tombstones.some(({ state }) => state !== "removed")) wrong.push("a removal is unfinished");
  for (const table of ["stripeCustomers", "subscriptions", "invoices", "payments"]) {
    const rows = await readTable(deployment, table);
    if (rows.length > 0) wrong.push(`a deleted person has ${table}`);
  }
  return wrong;
}

function rowOf({ userId }: Member, users: readonly Row[]): Row | undefined {
  return users.find(({ _id }) => _id === userId);
}
