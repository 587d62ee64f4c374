/** Everything that is stored of the users of a run at its end, with names in place of what differs between runs. */
import { type Account, Names } from "./names.ts";
import type { Harness, Row } from "./harness.ts";
import type { HistoryUser, Run } from "./replay.ts";

/** The app's own tables, but for `stripeReads`: it counts reads, whose number depends on the deliveries. */
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

/** Left out: made by the database, or random at Clerk and never changed in these histories. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "_id",
  "_creationTime",
  "email_addresses",
  "image_url",
  "primary_email_address_id",
]);

/** Times: that there is one is compared, but not which. Those of Stripe's are checked in `invariants.ts`. */
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

/** Rows by table, in an order that is the same for every run. */
export type Snapshot = Record<string, Row[]>;

export async function snapshotOf(
  harness: Harness,
  run: Run,
  accounts: ReadonlyMap<string, Account>,
): Promise<Snapshot> {
  const names = new Names(run, accounts, harness.stripe.priceId);
  const result: Snapshot = {};
  for (const table of OWN_TABLES) {
    result[table] = canonical(await harness.rows(table), names, () => []);
  }
  const rows = await harness.rows("subscriptions", "stripe");
  result["the component's subscriptions"] = canonical(rows, names, leftOutOf);
  result["at Stripe"] = [...accounts.values()].map((account) => atStripe(account, names));
  result["at Daytona"] = await atDaytona(harness, run, names);
  return result;
}

/**
 * The component's rows of a deleted user name the user if they were written before the deletion: the component can
 * neither delete a row nor remove its user, and nothing here reads those rows.
 */
function leftOutOf({ isDeleted }: HistoryUser): string[] {
  return isDeleted ? ["userId", "metadata"] : [];
}

/** The rows that belong to a user of the run, with names for ids. */
function canonical(
  rows: readonly Row[],
  names: Names,
  without: (owner: HistoryUser) => string[],
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

async function atDaytona(harness: Harness, { users }: Run, names: Names): Promise<Row[]> {
  const ids = users.flatMap(({ sandboxIds }) => sandboxIds);
  return await Promise.all(
    ids.map(async (id) => ({ sandbox: names.of(id), state: await harness.daytona.state(id) })),
  );
}

/** The differences between two snapshots: a line for each row that only one of them has. */
export function differences(inOrder: Snapshot, actual: Snapshot): string[] {
  return Object.keys(inOrder).flatMap((table) => {
    const expected = inOrder[table]!.map((row) => JSON.stringify(row));
    const found = (actual[table] ?? []).map((row) => JSON.stringify(row));
    return [
      ...without(expected, found).map((row) => `${table}: only in order: ${row}`),
      ...without(found, expected).map((row) => `${table}: only with faults: ${row}`),
    ];
  });
}

/** What of `rows` is left when each of `others` has removed one that is equal. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = [...rows];
  for (const other of others) {
    const index = left.indexOf(other);
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}
