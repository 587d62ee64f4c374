/** Replays a history: makes its users, has each change happen, and delivers the events as planned. */
import { api } from "../../../convex/_generated/api.js";
import type { ClerkChange, StripeChange } from "./changes.ts";
import { IN_ORDER, type DeliveryPlan } from "./delivery-faults.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Harness } from "./harness.ts";
import type { Change, History, InitialUser } from "./history.ts";
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
    await apply(harness, dispatcher, user, change);
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

async function apply(
  harness: Harness,
  dispatcher: Dispatcher,
  user: HistoryUser,
  change: Change,
): Promise<void> {
  switch (change.sender) {
    case "clerk": {
      await applyAtClerk(harness, dispatcher, user, change);
      return;
    }
    case "stripe": {
      await harness.until(applyAtStripe(harness, user, change));
      return;
    }
    case "daytona": {
      await harness.daytona.change(user.sandboxIds[change.sandbox]!, change.to);
      return;
    }
  }
}

async function applyAtClerk(
  { clerk }: Harness,
  dispatcher: Dispatcher,
  user: HistoryUser,
  change: ClerkChange,
): Promise<void> {
  switch (change.kind) {
    case "named":
      if (user.clerkId === null) user.clerkId = await clerk.signUp(change.name);
      else await clerk.rename(user.clerkId, change.name);
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
  }
}

async function applyAtStripe(
  { stripe }: Harness,
  user: HistoryUser,
  change: StripeChange,
): Promise<void> {
  const { customers, subscriptions } = stripe.sdk;
  switch (change.kind) {
    case "pays": {
      await pay(stripe, user);
      return;
    }
    case "becomes": {
      await stripe.changeSubscription(user.subscriptionId!, { status: change.status });
      return;
    }
    case "renews": {
      await stripe.changeSubscription(user.subscriptionId!, { renew: true });
      return;
    }
    case "cancels":
      await subscriptions.update(user.subscriptionId!, {
        cancel_at_period_end: change.atPeriodEnd,
      });
      return;
    case "annotates":
      await customers.update(user.customerId!, { metadata: { note: change.note } });
      return;
    case "deletes customer":
      await customers.del(user.customerId!);
      return;
  }
}

/** Pays the checkout that the app has opened, or else one like those that it opens. */
async function pay(stripe: Harness["stripe"], user: HistoryUser): Promise<void> {
  const { sessions } = stripe.sdk.checkout;
  const open = user.isDeleted ? null : user.checkout;
  let { sessionId, url } = open ?? { sessionId: "", url: "" };
  if (open === null) {
    const metadata = { userId: user.userId! };
    const session = await sessions.create({
      mode: "subscription",
      customer: user.customerId!,
      line_items: [{ price: stripe.priceId, quantity: 1 }],
      success_url: "http://localhost:5173/",
      metadata,
      subscription_data: { metadata },
    });
    sessionId = session.id;
    url = session.url!;
  }
  await stripe.pay(url);
  user.subscriptionId = (await sessions.retrieve(sessionId)).subscription as string;
  if (open !== null) user.checkout = null;
}
