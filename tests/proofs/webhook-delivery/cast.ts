/** The people of a history, in flesh: what they have when it begins, and how to find it. */
import { api } from "../../../convex/_generated/api.js";
import type { Courier } from "./courier.ts";
import type { Part } from "./history.ts";
import type { Caller, World } from "./world.ts";

/** Somebody whom the history is about. */
export interface Actor {
  /** Null until they arrive. */
  clerkId: string | null;
  /** Whether their account at Clerk has been deleted. */
  hasLeft: boolean;
  /** Of those who were here from the beginning. */
  userId: string | null;
  projectIds: string[];
  sandboxIds: string[];
  customerId: string | null;
  /** The checkout that they have opened and not paid. */
  checkout: { sessionId: string; url: string } | null;
  /** The latest. */
  subscriptionId: string | null;
}

/** Brings somebody in, with all that they have from the beginning: by the app's own functions. */
export async function enter(world: World, courier: Courier, part: Part): Promise<Actor> {
  const actor: Actor = {
    clerkId: null,
    hasLeft: false,
    userId: null,
    projectIds: [],
    sandboxIds: [],
    customerId: null,
    checkout: null,
    subscriptionId: null,
  };
  if (!part.isHere) return actor;
  actor.clerkId = await world.clerk.signUp("Ada");
  for (const letter of await world.collect()) await courier.hand(letter);
  const caller = await world.caller(actor.clerkId);
  const user = await caller.query(api.auth.users.currentUser, {});
  actor.userId = user!._id;
  for (let n = 0; n < part.projects; n++) await create(world, caller, actor, `Project ${n}`);
  if (part.buys) await openCheckout(world, caller, actor);
  courier.post(await world.collect());
  return actor;
}

async function create(world: World, caller: Caller, actor: Actor, name: string): Promise<void> {
  const args = { name, prompt: "A game of falling blocks" };
  const made = await world.until(caller.action(api.projects.actions.create, args));
  actor.projectIds.push(made.projectId);
  actor.sandboxIds.push(made.sandboxId);
}

async function openCheckout(world: World, caller: Caller, actor: Actor): Promise<void> {
  const { createCheckoutSession } = api.payments.actions;
  actor.checkout = await world.until(caller.action(createCheckoutSession, { plan: "pro" }));
  const { sdk } = world.stripe;
  const session = await sdk.checkout.sessions.retrieve(actor.checkout.sessionId);
  actor.customerId = session.customer as string;
}
