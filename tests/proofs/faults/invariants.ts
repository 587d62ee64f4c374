/** What must hold after at most one sweep, in the database and at the other services. */
import { z } from "zod";
import { readTable, type Row } from "../../support/operator.ts";
import { askService } from "../../support/services.ts";
import { wrongProjects } from "../project-invariants.ts";
import type { Run } from "./operations.ts";

type Tables = Record<(typeof TABLES)[number], Row[]>;

const TABLES = [
  ...(["users", "deletedClerkUsers", "projects", "messages"] as const),
  ...(["stripeCustomers", "subscriptions", "invoices", "payments"] as const),
];

/** Every invariant that does not hold. */
export async function violations(run: Run): Promise<string[]> {
  const { deployment } = run.worker.world;
  const tables = Object.fromEntries(
    await Promise.all(TABLES.map(async (table) => [table, await readTable(deployment, table)])),
  ) as Tables;
  const sandboxes = await run.worker.sandboxes();
  return [
    ...wrongProjects({ ...tables, sandboxes }),
    ...(await wrongPayments(run, tables)),
    ...(await partialDeletion(run, tables)),
  ];
}

const listSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.string()) })),
});

async function wrongPayments(
  { worker: { world }, userId }: Run,
  { users, stripeCustomers, subscriptions }: Tables,
): Promise<string[]> {
  const listed = async (what: string) =>
    listSchema.parse(await askService(world, "stripe", `/v1/${what}limit=100`)).data;
  const customers = await listed("customers?");
  const own = customers.filter(({ metadata }) => metadata.userId === userId).map(({ id }) => id);
  const ofOwn = async (what: string) =>
    (await listed(what)).filter(({ customer }) => own.includes(String(customer)));
  const live = await ofOwn("subscriptions?status=active&");
  if (!hasId(users, userId)) return live.map(() => "a deleted user has a subscription");
  const wrong: string[] = [];
  if (own.length > 1) wrong.push("a user has two customers");
  if (live.length > 1) wrong.push("a user has two active subscriptions");
  const open = await ofOwn("checkout/sessions?status=open&");
  if (open.length > 1) wrong.push("a user has two open checkouts");
  if (live.length > subscriptions.filter(({ ended }) => ended === false).length) {
    wrong.push("a paid subscription is not stored");
  }
  if (stripeCustomers.length > 1) wrong.push("a user has two rows in stripeCustomers");
  return wrong;
}

async function partialDeletion(
  { worker: { world }, userId, user: { clerkId } }: Run,
  { users, projects, deletedClerkUsers, ...tables }: Tables,
): Promise<string[]> {
  const isAtClerk = (await askService(world, "clerk", `/v1/users/${clerkId}`)) !== null;
  const isHere = hasId(users, userId);
  if (isAtClerk && isHere) return [];
  const wrong: string[] = [];
  if (isAtClerk !== isHere) wrong.push(`a user is only ${isHere ? "in the database" : "at Clerk"}`);
  if (projects.length > 0) wrong.push("a deleted user has projects");
  if (deletedClerkUsers.some(({ state }) => state !== "removed")) {
    wrong.push("a removal is unfinished");
  }
  for (const table of ["stripeCustomers", "subscriptions", "invoices", "payments"] as const) {
    if (tables[table].length > 0) wrong.push(`a deleted user has ${table}`);
  }
  return wrong;
}

function hasId(rows: readonly Row[], id: string): boolean {
  return rows.some(({ _id }) => _id === id);
}
