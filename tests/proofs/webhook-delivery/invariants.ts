/** What holds at the end of a run, however its events were delivered. */
import type { Harness, Row } from "./harness.ts";
import { differences, resultOf, type Account, type Result } from "./snapshot.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** Tables whose rows name their user, and in which nothing of a deleted user stays. */
const OWNED = ["projects", "stripeCustomers", "subscriptions", "invoices", "payments"] as const;

/** States that a subscription never leaves. */
const FINAL: ReadonlySet<string> = new Set(["canceled", "incomplete_expired"]);

/** Every invariant that does not hold. */
export async function brokenInvariants(harness: Harness, result: Result): Promise<string[]> {
  return [
    ...(await leftOfDeleted(harness, result)),
    ...(await differentAtStripe(harness, [...result.accounts.values()])),
    ...(await notRecordedOnce(harness, result.run.dispatcher.events)),
    ...(await changedByRedelivery(harness, result)),
  ];
}

/** What is left of deleted users, here and at the services. */
async function leftOfDeleted(harness: Harness, { run, accounts }: Result): Promise<string[]> {
  const broken: string[] = [];
  const deleted = run.users.filter(({ isDeleted }) => isDeleted);
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
  for (const { customerId, sandboxIds } of deleted) {
    for (const { id, status } of accounts.get(customerId ?? "")?.subscriptions ?? []) {
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
    for (const { id, status, items, cancel_at_period_end: cancelAtPeriodEnd } of subscriptions) {
      const currentPeriodEnd = items.data[0]?.current_period_end;
      expected.set(id, { status, cancelAtPeriodEnd, currentPeriodEnd });
    }
    for (const {
      id,
      status,
      created,
      amount_due: amountDue,
      amount_paid: amountPaid,
    } of invoices) {
      expected.set(id, { amountDue, amountPaid, status, created, createdAt: created * 1000 });
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

/** Stripe's events that the backend handles. */
const HANDLED = /^(customer|invoice|payment_intent)\.|^checkout\.session\.completed$/;

/** Stripe's events that are not recorded exactly once. */
async function notRecordedOnce(
  harness: Harness,
  events: readonly WebhookEvent[],
): Promise<string[]> {
  const recorded = (await harness.rows("stripeEvents")).map(({ eventId }) => eventId);
  const handled = events.filter(({ sender, type }) => sender === "stripe" && HANDLED.test(type));
  return handled.flatMap(({ id, type }) => {
    const times = recorded.filter((eventId) => eventId === id).length;
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
  await harness.settle();
  const after = await resultOf(harness, before.run);
  return [
    ...reads.map(({ method, path }) => `Stripe was read again: ${method} ${path}`),
    ...differences(before.snapshot, after.snapshot).map((line) => `delivered again: ${line}`),
  ];
}
