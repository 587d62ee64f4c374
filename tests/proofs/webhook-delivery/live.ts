/** Has a history happen, in some weather. */
import { type Actor, enter } from "./cast.ts";
import type { ClerkChange } from "./clerk-life.ts";
import { Courier } from "./courier.ts";
import type { Change, History } from "./history.ts";
import { retold } from "./letters.ts";
import type { StripeChange } from "./stripe-life.ts";
import { CALM, type Weather } from "./weather.ts";
import type { World } from "./world.ts";

/** A history that has happened. */
export interface Run {
  cast: Actor[];
  courier: Courier;
}

/** Lives through a history with people of its own, until every event has been acknowledged and nothing is left to do. */
export async function live(world: World, history: History, weather: Weather): Promise<Run> {
  const courier = new Courier(world, weather);
  const cast: Actor[] = [];
  for (const part of history.parts) cast.push(await enter(world, courier, part));
  for (const { who, change } of history.happenings) {
    const actor = cast[who]!;
    await happen(world, courier, actor, change);
    courier.post(await world.collect());
    await courier.step();
    // In the calm, a deletion is over before the next thing happens.
    if (actor.hasLeft && weather === CALM) await courier.finish();
  }
  await courier.finish();
  return { cast, courier };
}

async function happen(world: World, courier: Courier, actor: Actor, change: Change): Promise<void> {
  switch (change.sender) {
    case "clerk":
      await happenAtClerk(world, courier, actor, change);
      return;
    case "stripe":
      await world.until(happenAtStripe(world, actor, change));
      return;
    case "daytona":
      await world.daytona.change(actor.sandboxIds[change.sandbox]!, change.to);
      return;
  }
}

async function happenAtClerk(
  world: World,
  courier: Courier,
  actor: Actor,
  change: ClerkChange,
): Promise<void> {
  switch (change.kind) {
    case "named":
      if (actor.clerkId === null) actor.clerkId = await world.clerk.signUp(change.name);
      else await world.clerk.rename(actor.clerkId, change.name);
      return;
    case "retold": {
      const latest = courier.letters.findLast(({ about }) => about === actor.clerkId)!;
      courier.post([retold(latest, `${latest.id}_again`)]);
      return;
    }
    case "deleted":
      await world.clerk.remove(actor.clerkId!);
      actor.hasLeft = true;
      return;
  }
}

async function happenAtStripe(world: World, actor: Actor, change: StripeChange): Promise<void> {
  const { stripe } = world;
  const { sdk } = stripe;
  switch (change.kind) {
    case "pays":
      await pay(world, actor);
      return;
    case "becomes":
      await stripe.meet(actor.subscriptionId!, { status: change.status });
      return;
    case "renews":
      await stripe.meet(actor.subscriptionId!, { renew: true });
      return;
    case "ends":
      await sdk.subscriptions.update(actor.subscriptionId!, {
        cancel_at_period_end: change.withPeriod,
      });
      return;
    case "noted":
      await sdk.customers.update(actor.customerId!, { metadata: { note: change.note } });
      return;
    case "deletes customer":
      await sdk.customers.del(actor.customerId!);
      return;
  }
}

/** Pays the checkout that the app has opened, or else one as the app opens them. */
async function pay({ stripe }: World, actor: Actor): Promise<void> {
  const { sessions } = stripe.sdk.checkout;
  const open = actor.hasLeft ? null : actor.checkout;
  let { sessionId, url } = open ?? { sessionId: "", url: "" };
  if (open === null) {
    const metadata = { userId: actor.userId! };
    const session = await sessions.create({
      mode: "subscription",
      customer: actor.customerId!,
      line_items: [{ price: stripe.priceId, quantity: 1 }],
      success_url: "http://localhost:5173/",
      metadata,
      subscription_data: { metadata },
    });
    sessionId = session.id;
    url = session.url!;
  }
  await stripe.pay(url);
  const paid = await sessions.retrieve(sessionId);
  actor.subscriptionId = paid.subscription as string;
  if (open !== null) actor.checkout = null;
}
