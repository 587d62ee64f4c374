/** Replays a history: makes its users, has each change happen, and delivers the events as planned. */
import { api } from "../../../convex/_generated/api.js";
import { Dispatcher, IN_ORDER, type DeliveryPlan } from "./deliveries.ts";
import type { Harness } from "./harness.ts";
import type { Change, History, InitialUser, SandboxState } from "./history.ts";
import { sentAgain } from "./webhook-event.ts";

/** A user of a history, with the ids of what they have. */
export interface HistoryUser {
  /** Null until they sign up. */
  clerkId: string | null;
  /** Whether their account at Clerk has been deleted. */
  isDeleted: boolean;
  /** Of those who had signed up at the beginning. */
  userId: string | null;
  projectIds: string[];
  sandboxIds: string[];
  customerId: string | null;
  /** The checkout that they have opened and not paid. */
  checkout: { sessionId: string; url: string } | null;
  /** The latest. */
  subscriptionId: string | null;
}

/** A replayed history. */
export interface Run {
  users: HistoryUser[];
  dispatcher: Dispatcher;
}

/** Replays a history with users of its own, until every event has been acknowledged and the backend has no work left. */
export async function replay(harness: Harness, history: History, plan: DeliveryPlan): Promise<Run> {
  const dispatcher = new Dispatcher(harness, plan);
  const users: HistoryUser[] = [];
  for (const initial of history.users) users.push(await makeUser(harness, dispatcher, initial));
  for (const { user: index, change } of history.changes) {
    const user = users[index]!;
    await harness.until(apply(harness, dispatcher, user, change));
    dispatcher.enqueue(await harness.takeEvents());
    await dispatcher.step();
    // In order, a deletion is over before the next change.
    if (user.isDeleted && plan === IN_ORDER) await dispatcher.finish();
  }
  await dispatcher.finish();
  return { users, dispatcher };
}

/** Makes a user with all that they have at the beginning, by the app's own functions. */
async function makeUser(
  harness: Harness,
  dispatcher: Dispatcher,
  { isSignedUp, projects, hasCheckout }: InitialUser,
): Promise<HistoryUser> {
  const user: HistoryUser = {
    clerkId: null,
    isDeleted: false,
    userId: null,
    projectIds: [],
    sandboxIds: [],
    customerId: null,
    checkout: null,
    subscriptionId: null,
  };
  if (!isSignedUp) return user;
  user.clerkId = await harness.clerk.signUp("Ada");
  for (const event of await harness.takeEvents()) await dispatcher.deliverNow(event);
  const caller = harness.caller(user.clerkId);
  user.userId = (await caller.query(api.auth.users.currentUser, {}))!._id;
  for (let n = 0; n < projects; n++) {
    const args = { name: `Project ${n}`, prompt: "A game of falling blocks" };
    const made = await harness.until(caller.action(api.projects.actions.create, args));
    user.projectIds.push(made.projectId);
    user.sandboxIds.push(made.sandboxId);
  }
  if (hasCheckout) {
    const { createCheckoutSession } = api.payments.actions;
    user.checkout = await harness.until(caller.action(createCheckoutSession, { plan: "pro" }));
    const { sessions } = harness.stripe.sdk.checkout;
    user.customerId = (await sessions.retrieve(user.checkout.sessionId)).customer as string;
  }
  dispatcher.enqueue(await harness.takeEvents());
  return user;
}

/** Has a change happen at its sender. What it happens to is there: the history is legal. */
async function apply(
  { clerk, daytona, stripe }: Harness,
  dispatcher: Dispatcher,
  user: HistoryUser,
  { kind, to }: Change,
): Promise<void> {
  const { customers, subscriptions } = stripe.sdk;
  switch (kind) {
    case "named":
      if (user.clerkId === null) user.clerkId = await clerk.signUp(to);
      else await clerk.rename(user.clerkId, to);
      return;
    case "sent again": {
      const latest = dispatcher.events.findLast(({ objectId }) => objectId === user.clerkId)!;
      dispatcher.enqueue([sentAgain(latest)]);
      return;
    }
    case "deleted":
      await clerk.remove(user.clerkId!);
      user.isDeleted = true;
      return;
    case "first sandbox":
      await daytona.change(user.sandboxIds[0]!, to as SandboxState);
      return;
    case "second sandbox":
      await daytona.change(user.sandboxIds[1]!, to as SandboxState);
      return;
    case "pays":
      await pay(stripe, user);
      return;
    case "subscription becomes":
      await stripe.changeSubscription(user.subscriptionId!, { status: to });
      return;
    case "renews":
      await stripe.changeSubscription(user.subscriptionId!, { renew: true });
      return;
    case "cancels":
      await subscriptions.update(user.subscriptionId!, {
        cancel_at_period_end: to === "at period end",
      });
      return;
    case "annotates":
      await customers.update(user.customerId!, { metadata: { note: to } });
      return;
    case "deletes customer":
      await customers.del(user.customerId!);
  }
}

/** Pays the checkout that the app has opened, or else one like those that it opens. */
async function pay(stripe: Harness["stripe"], user: HistoryUser): Promise<void> {
  const { sessions } = stripe.sdk.checkout;
  const open = user.isDeleted ? null : user.checkout;
  const { sessionId, url } = open ?? (await anotherCheckout(stripe, user));
  await stripe.pay(url);
  user.subscriptionId = (await sessions.retrieve(sessionId)).subscription as string;
  if (open !== null) user.checkout = null;
}

async function anotherCheckout({ sdk, priceId }: Harness["stripe"], user: HistoryUser) {
  const metadata = { userId: user.userId! };
  const { id, url } = await sdk.checkout.sessions.create({
    mode: "subscription",
    customer: user.customerId!,
    line_items: [{ price: priceId, quantity: 1 }],
    success_url: "http://localhost:5173/",
    metadata,
    subscription_data: { metadata },
  });
  return { sessionId: id, url: url! };
}
