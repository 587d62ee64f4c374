/** What holds at the end of a run, however its events were delivered. */
import type Stripe from "stripe";
import type { Harness, Row } from "./harness.ts";
import { accountsOf, type Account } from "./names.ts";
import type { HistoryUser, Run } from "./replay.ts";
import { snapshotOf, type Snapshot } from "./snapshot.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** Tables whose rows name their user, and in which nothing of a deleted user stays. */
const OWNED = ["projects", "stripeCustomers", "subscriptions", "invoices", "payments"] as const;

/** States that a subscription never leaves. */
const FINAL: ReadonlySet<string> = new Set(["canceled", "incomplete_expired"]);

/** A run, and the state at its end. */
export interface Result {
  run: Run;
  /** What Stripe has of the users' customers. */
  accounts: ReadonlyMap<string, Account>;
  snapshot: Snapshot;
}

export async function resultOf(harness: Harness, run: Run): Promise<Result> {
  const accounts = await accountsOf(harness, run.users);
  return { run, accounts, snapshot: await snapshotOf(harness, run, accounts) };
}

/** Every invariant that does not hold. */
export async function brokenInvariants(harness: Harness, result: Result): Promise<string[]> {
  const { run, accounts } = result;
  const deleted = run.users.filter(({ isDeleted }) => isDeleted);
  return [
    ...(await rowsOfDeleted(harness, deleted)),
    ...(await servicesOfDeleted(harness, deleted, accounts)),
    ...(await differentAtStripe(harness, [...accounts.values()])),
    ...(await notRecordedOnce(harness, run.dispatcher.events)),
    ...(await changedByRedelivery(harness, result)),
  ];
}

async function rowsOfDeleted(harness: Harness, deleted: readonly HistoryUser[]): Promise<string[]> {
  const broken: string[] = [];
  const clerkIds = new Set(deleted.map(({ clerkId }) => clerkId));
  const userIds = new Set<unknown>(deleted.map(({ userId }) => userId));
  for (const { clerkUser } of await harness.rows("users")) {
    if (clerkIds.has((clerkUser as { id: string }).id))
      broken.push("a deleted user is stored again");
  }
  for (const { state } of await harness.rows("deletedClerkUsers")) {
    if (state !== "removed") broken.push("a deletion is unfinished");
  }
  for (const table of OWNED) {
    const rows = await harness.rows(table);
    const theirs = rows.filter(({ userId }) => userIds.has(userId));
    broken.push(...theirs.map((row) => `${table} of a deleted user: ${JSON.stringify(row)}`));
  }
  return broken;
}

async function servicesOfDeleted(
  harness: Harness,
  deleted: readonly HistoryUser[],
  accounts: ReadonlyMap<string, Account>,
): Promise<string[]> {
  const broken: string[] = [];
  for (const { customerId, sandboxIds } of deleted) {
    const account = accounts.get(customerId ?? "");
    for (const { id, status } of account?.subscriptions ?? []) {
      if (!FINAL.has(status)) broken.push(`${id} of a deleted user is ${status}`);
    }
    for (const id of sandboxIds) {
      const state = await harness.daytona.state(id);
      if (state !== null) broken.push(`a sandbox of a deleted user is ${state}`);
    }
  }
  return broken;
}

/** Rows about Stripe's objects, the component's and our own, that differ from what Stripe says now. */
async function differentAtStripe(
  harness: Harness,
  accounts: readonly Account[],
): Promise<string[]> {
  const expected = new Map<string, Row>();
  for (const { subscriptions, invoices, payments } of accounts) {
    for (const one of subscriptions) expected.set(one.id, subscriptionFields(one));
    for (const one of invoices) {
      const { amount_due: amountDue, amount_paid: amountPaid, created, status } = one;
      expected.set(one.id, { amountDue, amountPaid, status, created, createdAt: created * 1000 });
    }
    for (const { id, amount, created, status } of payments) {
      expected.set(id, { amount, status, created, createdAt: created * 1000 });
    }
  }
  const rows = [
    ...(await harness.rows("invoices")),
    ...(await harness.rows("payments")),
    ...(await harness.rows("subscriptions", "stripe")),
  ];
  return rows.flatMap((row) => {
    const id = row.stripeInvoiceId ?? row.stripePaymentIntentId ?? row.stripeSubscriptionId;
    const atStripe = expected.get(String(id)) ?? {};
    const differs = Object.entries(atStripe).some(
      ([key, value]) => key in row && row[key] !== value,
    );
    return differs ? [`${JSON.stringify(row)} is ${JSON.stringify(atStripe)} at Stripe`] : [];
  });
}

function subscriptionFields(one: Stripe.Subscription): Row {
  const currentPeriodEnd = one.items.data[0]?.current_period_end;
  const { status, cancel_at_period_end: cancelAtPeriodEnd } = one;
  return { status, cancelAtPeriodEnd, currentPeriodEnd };
}

/** Stripe's events that the backend handles. */
const HANDLED = /^(customer|invoice|payment_intent)\.|^checkout\.session\.completed$/;

/** Stripe's events that are not recorded exactly once. */
async function notRecordedOnce(
  harness: Harness,
  events: readonly WebhookEvent[],
): Promise<string[]> {
  const recorded = new Map<unknown, number>();
  for (const { eventId } of await harness.rows("stripeEvents")) {
    recorded.set(eventId, (recorded.get(eventId) ?? 0) + 1);
  }
  const handled = events.filter(({ sender, type }) => sender === "stripe" && HANDLED.test(type));
  return handled.flatMap(({ id, type }) => {
    const times = recorded.get(id) ?? 0;
    return times === 1 ? [] : [`${type} is recorded ${times} times`];
  });
}

/** Delivers every event once more: Stripe must not be read, and nothing may change. */
async function changedByRedelivery(harness: Harness, before: Result): Promise<string[]> {
  const { dispatcher } = before.run;
  const { faults } = harness.stripe;
  faults.clear();
  for (const event of dispatcher.events) {
    const { answer } = await harness.deliver(event, "none");
    if ((await harness.until(answer)) !== 200)
      return [`${event.type}, delivered again, is refused`];
    dispatcher.deliveries += 1;
  }
  const reads = faults.calls().filter(({ path }) => path.startsWith("/v1/"));
  const broken = reads.map(({ method, path }) => `Stripe was read again: ${method} ${path}`);
  await harness.settle();
  const after = await resultOf(harness, before.run);
  if (JSON.stringify(after.snapshot) === JSON.stringify(before.snapshot)) return broken;
  return [...broken, "delivering the events again has changed something"];
}
