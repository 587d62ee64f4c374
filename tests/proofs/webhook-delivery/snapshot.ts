/** Everything that is stored of the users of a run at its end, with names in place of what differs between runs. */
import type Stripe from "stripe";
import type { Harness, Row } from "./harness.ts";
import type { Run } from "./replay.ts";

/** The app's own tables, but for `stripeReads`: it counts reads, whose number depends on the deliveries. */
const OWN_TABLES = [
  ...["users", "deletedClerkUsers", "projects", "messages", "stripeCustomers"],
  ...["subscriptions", "invoices", "payments", "stripeEvents"],
];

/** Left out: made by the database, or random at Clerk and never changed in these histories. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...["_id", "_creationTime", "email_addresses", "image_url", "primary_email_address_id"],
]);

/** Times: that there is one is compared, but not which. Those of Stripe's are checked in `invariants.ts`. */
const TIMES: ReadonlySet<string> = new Set([
  ...[
    "at",
    "cancelAt",
    "created",
    "created_at",
    "createdAt",
    "currentPeriodEnd",
    "deletedAt",
    "lastActivityAt",
  ],
  ...["sandboxSeenAt", "statusChangedAt"],
]);

/** What the objects below have in common. */
interface StripeObject {
  id: string;
  status?: string | null | undefined;
  deleted?: unknown;
}

/** What Stripe has of a customer, each list oldest first. */
export interface Account {
  customers: (Stripe.Customer | Stripe.DeletedCustomer)[];
  subscriptions: Stripe.Subscription[];
  invoices: Stripe.Invoice[];
  payments: Stripe.PaymentIntent[];
  checkouts: Stripe.Checkout.Session[];
}

/** A run, and the state at its end. */
export interface Result {
  run: Run;
  /** What Stripe has of the users' customers, by the customer's id. */
  accounts: ReadonlyMap<string, Account>;
  /** A line for each row and each object at the services; no two are equal. */
  snapshot: string[];
}

export async function resultOf(harness: Harness, run: Run): Promise<Result> {
  const accounts = new Map<string, Account>();
  for (const { customerId: id } of run.users) {
    if (id !== null) accounts.set(id, await harness.until(accountOf(harness.stripe.sdk, id)));
  }
  return { run, accounts, snapshot: await snapshotOf(harness, run, accounts) };
}

async function accountOf(sdk: Stripe, customer: string): Promise<Account> {
  const all = async <T>(list: Stripe.ApiListPromise<T>) =>
    (await list.autoPagingToArray({ limit: 10_000 })).reverse();
  return {
    customers: [await sdk.customers.retrieve(customer)],
    subscriptions: await all(sdk.subscriptions.list({ customer, status: "all", limit: 100 })),
    invoices: await all(sdk.invoices.list({ customer, limit: 100 })),
    payments: await all(sdk.paymentIntents.list({ customer, limit: 100 })),
    checkouts: await all(sdk.checkout.sessions.list({ customer, limit: 100 })),
  };
}

async function snapshotOf(
  harness: Harness,
  run: Run,
  accounts: ReadonlyMap<string, Account>,
): Promise<string[]> {
  const { priceId } = harness.stripe;
  const names = namesOf(run, accounts).set(priceId, "the price"); // which is nobody's
  const isOwn = (text: string) => names.has(text) && text !== priceId;
  const lines: string[] = [];
  const add = (table: string, rows: readonly Row[]) => {
    const own = rows.filter((row) => [...stringsIn(row)].some(isOwn));
    for (const row of own) lines.push(`${table}: ${JSON.stringify(canonical(row, names))}`);
  };
  for (const table of OWN_TABLES) add(table, await harness.rows(table));
  // The component's rows of a deleted user name the user if they were written before the deletion: the component can
  // neither delete a row nor remove its user, and nothing here reads those rows.
  const deleted = run.users
    .filter(({ isDeleted }) => isDeleted)
    .map(({ customerId }) => customerId);
  const mirrored = await harness.rows("subscriptions", "stripe");
  const withoutUser = ({ userId: _, metadata: __, ...row }: Row) => row;
  const isDeleted = (row: Row) => deleted.some((id) => id === row.stripeCustomerId);
  add(
    "the component's subscriptions",
    mirrored.map((row) => (isDeleted(row) ? withoutUser(row) : row)),
  );
  for (const account of accounts.values()) {
    const objects = Object.values<StripeObject[]>({ ...account });
    for (const { id, status, deleted } of objects.flat()) {
      lines.push(`at Stripe: ${names.get(id)!}: ${status ?? (deleted ? "deleted" : "there")}`);
    }
  }
  for (const id of run.users.flatMap(({ sandboxIds }) => sandboxIds)) {
    lines.push(`at Daytona: ${names.get(id)!}: ${String(await harness.daytona.state(id))}`);
  }
  const seen = new Map<string, number>();
  return lines.map((line) => {
    seen.set(line, (seen.get(line) ?? 0) + 1);
    return `${line} (${seen.get(line)!})`;
  });
}

/** Names that mean the same in every run of a history, by id: everything that belongs to the users of the run has one. */
function namesOf(
  { users, dispatcher: { events } }: Run,
  accounts: ReadonlyMap<string, Account>,
): Map<string, string> {
  const names = new Map<string, string>();
  for (const [index, user] of users.entries()) {
    const account: Partial<Account> = accounts.get(user.customerId ?? "") ?? {};
    const ids: Record<string, (string | null)[]> = {
      account: [user.clerkId],
      row: [user.userId],
      project: user.projectIds,
      sandbox: user.sandboxIds,
      "invoice number": (account.invoices ?? []).map(({ number }) => number),
    };
    for (const [kind, objects] of Object.entries(account)) ids[kind] = objects.map(({ id }) => id);
    for (const [kind, ofKind] of Object.entries(ids)) {
      for (const [n, id] of ofKind.entries()) {
        if (id !== null) names.set(id, `${kind} ${n} of user ${index}`);
      }
    }
  }
  const versions = new Map<string, Set<number>>();
  for (const { sender, id, type, objectId, version } of events) {
    const object = names.get(objectId);
    // Stripe's events by type and object; those that have both in common share a name.
    if (sender === "stripe" && object !== undefined) names.set(id, `${type} of ${object}`);
    if (version === undefined) continue;
    const seen = (versions.get(objectId) ?? new Set()).add(version);
    versions.set(objectId, seen);
    names.set(`${objectId} as of ${version}`, `version ${seen.size}`);
  }
  return names;
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (value !== null && typeof value === "object") {
    for (const inner of Object.values(value)) yield* stringsIn(inner);
  }
}

/** The same value in every run: with names for ids, and without what is never the same. */
function canonical(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => canonical(item, names));
  if (value === null || typeof value !== "object") return value;
  const row = value as Row;
  const entries = Object.entries(row)
    .filter(([key, field]) => field !== undefined && !LEFT_OUT.has(key))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, field]): [string, unknown] => {
      if (TIMES.has(key)) return [key, "some time"];
      if (key !== "updated_at") return [key, canonical(field, names)];
      return [key, canonical(`${String(row.id)} as of ${String(field)}`, names)];
    });
  return Object.fromEntries(entries);
}

/** The differences between two snapshots: a line for each row that only one of them has. */
export function differences(inOrder: readonly string[], actual: readonly string[]): string[] {
  return [
    ...inOrder.filter((line) => !actual.includes(line)).map((line) => `only in order: ${line}`),
    ...actual.filter((line) => !inOrder.includes(line)).map((line) => `only with faults: ${line}`),
  ];
}
