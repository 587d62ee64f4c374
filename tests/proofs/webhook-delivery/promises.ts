/** What holds in the end whatever the weather, besides being the same: said of a run alone. */
import type Stripe from "stripe";
import type { Actor } from "./cast.ts";
import type { Letter } from "./letters.ts";
import type { Run } from "./live.ts";
import { accountsOf, type Account } from "./names.ts";
import { picture, type Picture } from "./picture.ts";
import type { Row, World } from "./world.ts";

/** Tables in which nothing of a person stays who has left, and where each row says whose it is. */
const OWNED = ["projects", "stripeCustomers", "subscriptions", "invoices", "payments"] as const;

/** States that a subscription never leaves. */
const OVER: ReadonlySet<string> = new Set(["canceled", "incomplete_expired"]);

/** A run, and what was found at its end. */
export interface Ending {
  run: Run;
  /** What Stripe has of the people's customers. */
  accounts: ReadonlyMap<string, Account>;
  picture: Picture;
}

/** Looks at the end of a run. */
export async function endingOf(world: World, run: Run): Promise<Ending> {
  const accounts = await accountsOf(world, run.cast);
  return { run, accounts, picture: await picture(world, run, accounts) };
}

/** Every broken promise, in words. */
export async function brokenPromises(world: World, ending: Ending): Promise<string[]> {
  const { run, accounts } = ending;
  const left = run.cast.filter(({ hasLeft }) => hasLeft);
  return [
    ...(await rowsOfThoseWhoLeft(world, left)),
    ...(await thingsOfThoseWhoLeft(world, left, accounts)),
    ...(await unfaithful(world, [...accounts.values()])),
    ...(await notOnce(world, run.courier.letters)),
    ...(await echoed(world, ending)),
  ];
}

async function rowsOfThoseWhoLeft(world: World, left: readonly Actor[]): Promise<string[]> {
  const broken: string[] = [];
  const clerkIds = new Set(left.map(({ clerkId }) => clerkId));
  const userIds = new Set<unknown>(left.map(({ userId }) => userId));
  for (const { clerkUser } of await world.rows("users")) {
    if (clerkIds.has((clerkUser as { id: string }).id)) broken.push("a deleted person is back");
  }
  for (const { state } of await world.rows("deletedClerkUsers")) {
    if (state !== "removed") broken.push("a deletion is not over");
  }
  for (const table of OWNED) {
    const rows = await world.rows(table);
    const theirs = rows.filter(({ userId }) => userIds.has(userId));
    broken.push(...theirs.map((row) => `${table} of a deleted person: ${JSON.stringify(row)}`));
  }
  return broken;
}

async function thingsOfThoseWhoLeft(
  world: World,
  left: readonly Actor[],
  accounts: ReadonlyMap<string, Account>,
): Promise<string[]> {
  const broken: string[] = [];
  for (const { customerId, sandboxIds } of left) {
    const account = accounts.get(customerId ?? "");
    for (const { id, status } of account?.subscriptions ?? []) {
      if (!OVER.has(status)) broken.push(`${id} of a deleted person is ${status}`);
    }
    for (const id of sandboxIds) {
      const state = await world.daytona.state(id);
      if (state !== null) broken.push(`a sandbox of a deleted person is ${state}`);
    }
  }
  return broken;
}

/** What was written of Stripe's, the component's rows and our own, is what Stripe itself says now. */
async function unfaithful(world: World, accounts: readonly Account[]): Promise<string[]> {
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
    ...(await world.rows("invoices")),
    ...(await world.rows("payments")),
    ...(await world.rows("subscriptions", "stripe")),
    ...(await world.rows("invoices", "stripe")),
    ...(await world.rows("payments", "stripe")),
  ];
  return rows.flatMap((row) => {
    const id = row.stripeInvoiceId ?? row.stripePaymentIntentId ?? row.stripeSubscriptionId;
    const truth = expected.get(String(id)) ?? {};
    const isFalse = Object.entries(truth).some(([key, value]) => key in row && row[key] !== value);
    return isFalse ? [`${JSON.stringify(row)} is ${JSON.stringify(truth)} at Stripe`] : [];
  });
}

function subscriptionFields(one: Stripe.Subscription): Row {
  const currentPeriodEnd = one.items.data[0]?.current_period_end;
  const { status, cancel_at_period_end: cancelAtPeriodEnd } = one;
  return { status, cancelAtPeriodEnd, currentPeriodEnd };
}

/** Stripe's events that mean something here. */
const HEARD = /^(customer|invoice|payment_intent)\.|^checkout\.session\.completed$/;

/** Every event of Stripe's has been noted, and none of them twice. */
async function notOnce(world: World, letters: readonly Letter[]): Promise<string[]> {
  const noted = new Map<unknown, number>();
  for (const { eventId } of await world.rows("stripeEvents")) {
    noted.set(eventId, (noted.get(eventId) ?? 0) + 1);
  }
  const heard = letters.filter(({ sender, type }) => sender === "stripe" && HEARD.test(type));
  return heard.flatMap(({ id, type }) => {
    const times = noted.get(id) ?? 0;
    return times === 1 ? [] : [`${type} was noted ${times} times`];
  });
}

/** When it is all over, every event comes once more: Stripe is asked nothing, and nothing changes. */
async function echoed(world: World, before: Ending): Promise<string[]> {
  const { courier } = before.run;
  const { faults } = world.stripe;
  faults.clear();
  for (const letter of courier.letters) {
    const { answer } = await world.send(letter, "none");
    if ((await world.until(answer)) !== 200) return [`${letter.type}, once more, is refused`];
    courier.deliveries += 1;
  }
  const asked = faults.calls().filter(({ path }) => path.startsWith("/v1/"));
  const broken = asked.map(({ method, path }) => `Stripe was asked again: ${method} ${path}`);
  await world.settle();
  const after = await endingOf(world, before.run);
  if (JSON.stringify(after.picture) === JSON.stringify(before.picture)) return broken;
  return [...broken, "what was delivered again has changed something"];
}
