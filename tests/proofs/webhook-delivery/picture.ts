/** Everything that is known of the people of a run in the end, in words that are the same for every run. */
import { type Account, Names } from "./names.ts";
import type { Run } from "./live.ts";
import type { Row, World } from "./world.ts";

/** The app's own tables, but for `stripeReads`: it counts readings, and their number is the weather itself. */
const OWN_TABLES = [
  "users",
  "deletedClerkUsers",
  "projects",
  "messages",
  "stripeCustomers",
  "subscriptions",
  "invoices",
  "payments",
  "stripeEvents",
] as const;

/** The Stripe component's. */
const STRIPE_TABLES = [
  "customers",
  "subscriptions",
  "checkout_sessions",
  "payments",
  "invoices",
] as const;

/** Left out: made by the database, or of Clerk's by chance and never changed in these histories. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "_id",
  "_creationTime",
  "email_addresses",
  "image_url",
  "primary_email_address_id",
]);

/** Times: that there is one is compared, but not which. Those of Stripe's are checked in `promises.ts`. */
const TIMES: ReadonlySet<string> = new Set([
  "at",
  "cancelAt",
  "created",
  "created_at",
  "createdAt",
  "currentPeriodEnd",
  "deletedAt",
  "sandboxSeenAt",
  "statusChangedAt",
]);

/** See the module: tables by name, rows in no particular order but a fixed one. */
export type Picture = Record<string, Row[]>;

/** Looks at everything. */
export async function picture(
  world: World,
  run: Run,
  accounts: ReadonlyMap<string, Account>,
): Promise<Picture> {
  const names = new Names(run, accounts, world.stripe.priceId);
  const result: Picture = {};
  for (const table of OWN_TABLES) {
    result[table] = canonical(await world.rows(table), names, () => []);
  }
  for (const table of STRIPE_TABLES) {
    const rows = await world.rows(table, "stripe");
    result[`stripe/${table}`] = canonical(rows, names, forgottenOf);
  }
  result["at Stripe"] = [...accounts.values()].map((account) => atStripe(account, names));
  result["at Daytona"] = await atDaytona(world, run, names);
  return result;
}

/**
 * Whose it is, is in the component's rows of people who have left exactly if it was written before: the component has
 * no way to delete or disown a row, and nothing here reads those.
 */
function forgottenOf({ hasLeft }: { hasLeft: boolean }): string[] {
  return hasLeft ? ["userId", "metadata"] : [];
}

/** The rows that belong to somebody of the run, with names for ids. */
function canonical(
  rows: readonly Row[],
  names: Names,
  without: (owner: { hasLeft: boolean }) => string[],
): Row[] {
  const own = rows.flatMap((row) => {
    const owner = [...stringsIn(row)].map((text) => names.ownerOf(text)).find(Boolean);
    return owner ? [renamedRow(row, names, new Set(without(owner)))] : [];
  });
  return own.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (value !== null && typeof value === "object") {
    for (const inner of Object.values(value)) yield* stringsIn(inner);
  }
}

function renamed(value: unknown, names: Names, without: ReadonlySet<string>): unknown {
  if (typeof value === "string") return names.of(value);
  if (Array.isArray(value)) return value.map((item) => renamed(item, names, without));
  if (value === null || typeof value !== "object") return value;
  return renamedRow(value as Row, names, without);
}

function renamedRow(row: Row, names: Names, without: ReadonlySet<string>): Row {
  const entries = Object.entries(row)
    .filter(([key, value]) => value !== undefined && !LEFT_OUT.has(key) && !without.has(key))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]): [string, unknown] => {
      if (TIMES.has(key)) return [key, "some time"];
      if (key !== "updated_at") return [key, renamed(value, names, without)];
      return [key, names.ofVersion(String(row.id), Number(value))];
    });
  return Object.fromEntries(entries);
}

function atStripe(account: Account, names: Names): Row {
  const states = (things: readonly { id: string; status: string | null }[]) =>
    things.map(({ id, status }) => `${names.of(id)}: ${String(status)}`);
  return {
    customer: names.of(account.customerId),
    isDeleted: account.isDeleted,
    subscriptions: states(account.subscriptions),
    invoices: states(account.invoices),
    payments: states(account.payments),
    checkouts: states(account.sessions),
  };
}

async function atDaytona(world: World, { cast }: Run, names: Names): Promise<Row[]> {
  const ids = cast.flatMap(({ sandboxIds }) => sandboxIds);
  return await Promise.all(
    ids.map(async (id) => ({ sandbox: names.of(id), state: await world.daytona.state(id) })),
  );
}
