/** What must hold after at most one sweep, in the database and at the other services. */
import { z } from "zod";
import { readTable, type Row } from "../../support/operator.ts";
import type { Run } from "./operations.ts";
import type { Worker } from "./worker.ts";

const SANDBOX_STATES: Partial<Record<string, string>> = {
  ready: "started",
  stopped: "stopped",
  archived: "archived",
};

/** Every invariant that does not hold. */
export async function violations(run: Run): Promise<string[]> {
  const state = await readState(run.worker);
  return [
    ...wrongProjects(state),
    ...orphans(state),
    ...(await wrongPayments(run, state)),
    ...(await partialDeletion(run, state)),
  ];
}

type State = Awaited<ReturnType<typeof readState>>;

async function readState(worker: Worker) {
  const { deployment } = worker.world;
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
    sandboxes: await worker.sandboxes(),
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
  const orphaned = sandboxes.filter(
    ({ id }) => !projects.some(({ sandboxId }) => sandboxId === id),
  );
  const unowned = messages.filter(
    ({ projectId }) => !projects.some(({ _id }) => _id === projectId),
  );
  return [
    ...orphaned.map(({ state }) => `a sandbox that is ${state} has no project`),
    ...unowned.map(() => "a message has no project"),
  ];
}

const listSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.string()) })),
});

async function wrongPayments(run: Run, { users }: State): Promise<string[]> {
  const { worker } = run;
  const { deployment } = worker.world;
  const customers = await readTable(deployment, "stripeCustomers");
  const subscriptions = await listAtStripe(worker, "subscriptions?status=active&limit=100");
  const own = await customersOf(run);
  const live = subscriptions.filter(({ customer }) => own.some(({ id }) => id === customer));
  if (!isStored(run, users)) return live.map(() => "a deleted user has a subscription");
  const wrong: string[] = [];
  if (own.length > 1) wrong.push("a user has two customers");
  if (live.length > 1) wrong.push("a user has two active subscriptions");
  const open = await listAtStripe(worker, "checkout/sessions?status=open&limit=100");
  const payable = open.filter(({ customer }) => own.some(({ id }) => id === customer));
  if (payable.length > 1) wrong.push("a user has two open checkouts");
  const known = await readTable(deployment, "subscriptions");
  if (live.length > known.filter(({ ended }) => ended === false).length) {
    wrong.push("a paid subscription is not stored");
  }
  if (customers.length > 1) wrong.push("a user has two rows in stripeCustomers");
  return wrong;
}

async function listAtStripe({ world }: Worker, what: string) {
  const response = await fetch(`${world.stripe.url}/v1/${what}`, {
    headers: { authorization: `Bearer ${world.stripe.secretKey}` },
  });
  return listSchema.parse(await response.json()).data;
}

async function customersOf({ worker, userId }: Run) {
  const customers = await listAtStripe(worker, "customers?limit=100");
  return customers.filter(({ metadata }) => metadata.userId === userId);
}

async function partialDeletion(
  run: Run,
  { users, tombstones, projects }: State,
): Promise<string[]> {
  const { clerk, deployment } = run.worker.world;
  const answer = await fetch(`${clerk.url}/v1/users/${run.user.clerkId}`, {
    headers: { authorization: `Bearer ${clerk.secretKey}` },
  });
  const isAtClerk = answer.status === 200;
  const isHere = isStored(run, users);
  if (isAtClerk && isHere) return [];
  const wrong: string[] = [];
  if (isAtClerk !== isHere) wrong.push(`a user is only ${isHere ? "in the database" : "at Clerk"}`);
  if (projects.length > 0) wrong.push("a deleted user has projects");
  if (tombstones.some(({ state }) => state !== "removed")) wrong.push("a removal is unfinished");
  for (const table of ["stripeCustomers", "subscriptions", "invoices", "payments"]) {
    const rows = await readTable(deployment, table);
    if (rows.length > 0) wrong.push(`a deleted user has ${table}`);
  }
  return wrong;
}

function isStored({ userId }: Run, users: readonly Row[]): boolean {
  return users.some(({ _id }) => _id === userId);
}
