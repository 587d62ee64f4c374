/** Stripe fails, at each call of each payment action; and the end of a deleted user's payments. */
import { describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { deliver as deliverClerk, signUp, type SignedInUser } from "../support/users.ts";
import { aBackend, daytona, settle } from "../support/setup.ts";
import { deliverEvent, patiently, FakeStripe } from "../support/fakeStripe.ts";
import { aProject, dump, rowOf } from "../support/builders.ts";

const { createCheckoutSession, createPortalSession, cancelSubscription, resumeSubscription } =
  api.payments.actions;
const { currentPlan } = api.payments.queries;

type Kind = Parameters<FakeStripe["faults"]["add"]>[0]["kind"];
const oops = { error: { type: "api_error", message: "Oops" } };
const ALL_KINDS: [string, Kind][] = [
  ["refuses the connection", "drop"],
  ["answers 500", { status: 500, body: oops }],
  ["answers 500 with nothing in it", { status: 500, body: {} }],
  ["answers 429", { status: 429, headers: { "retry-after": "1" }, body: oops }],
  ["does it, and the answer is lost", "after"],
  ["does it, and answers 500", { after: { status: 500, body: oops } }],
  ["does it, and answers what is no JSON", "malformed"],
];

/** Each of many worlds takes a tenth of a second, and the machine may be busy. */
const TIMEOUT_MS = 120_000;

/** Every kind takes a minute; the ordinary run has those that differ in what is left behind. */
const KINDS = process.env.PROVE
  ? ALL_KINDS
  : ALL_KINDS.filter(([name]) => /connection|nothing in it|is lost/.test(name));

vi.setConfig({ testTimeout: TIMEOUT_MS });

interface World {
  stripe: FakeStripe;
  ada: SignedInUser;
}

async function aWorld(subscribed: boolean) {
  const t = aBackend();
  const stripe = new FakeStripe();
  const ada = await signUp(t);
  if (subscribed) {
    const { url } = await patiently(ada.action(createCheckoutSession, { plan: "pro" }));
    await stripe.pay(url);
    const [event] = stripe.take("customer.subscription.created");
    await deliverEvent(t, event);
  }
  stripe.faults.clear();
  return { t, stripe, ada };
}

const STORIES: { name: string; subscribed: boolean; run: (world: World) => Promise<unknown> }[] = [
  {
    name: "the first checkout",
    subscribed: false,
    run: ({ ada }) => ada.action(createCheckoutSession, { plan: "pro" }),
  },
  {
    name: "a checkout that replaces another",
    subscribed: false,
    run: async ({ ada }) => {
      vi.stubEnv("SITE_URL", "https://elsewhere.test");
      await ada.action(createCheckoutSession, { plan: "pro" });
      vi.stubEnv("SITE_URL", "https://app.test");
      return await ada.action(createCheckoutSession, { plan: "pro" });
    },
  },
  { name: "the portal", subscribed: true, run: ({ ada }) => ada.action(createPortalSession, {}) },
  { name: "cancelling", subscribed: true, run: ({ ada }) => ada.action(cancelSubscription, {}) },
  {
    name: "resuming",
    subscribed: true,
    run: async ({ ada }) => {
      await ada.action(cancelSubscription, {});
      await ada.action(resumeSubscription, {});
    },
  },
];

/** How many calls a story makes when nothing fails. */
async function callsOf(story: (typeof STORIES)[number]): Promise<number> {
  const world = await aWorld(story.subscribed);
  await patiently(story.run(world));
  return world.stripe.calls().length;
}

describe.each(STORIES)("$name", (story) => {
  test.each(KINDS)(
    "when Stripe %s, at any call: refused as such, and works again",
    async (_, kind) => {
      vi.spyOn(console, "error").mockReturnValue();
      const calls = await callsOf(story);
      expect(calls).toBeGreaterThan(0);
      for (let nth = 1; nth <= calls; nth++) {
        const world = await aWorld(story.subscribed);
        // Each call is tried three times; all of them fail.
        world.stripe.faults.add({ nth, times: 3, kind });
        const failure: unknown = await patiently(story.run(world)).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure !== null) expect(isQuaverError(failure, "PAYMENTS_UNAVAILABLE")).toBe(true);
        world.stripe.faults.clear();
        vi.advanceTimersByTime(60_000);
        await patiently(story.run(world));
        const { customers, sessions } = world.stripe.ledger;
        expect(customers.values()).toHaveLength(1);
        const open = sessions.values().filter(({ status }) => status === "open");
        expect(open).toHaveLength(story.subscribed ? 0 : 1);
      }
    },
  );

  test("is done at once when Stripe fails once, and answers the second time", async () => {
    const calls = await callsOf(story);
    for (let nth = 1; nth <= calls; nth++) {
      const world = await aWorld(story.subscribed);
      world.stripe.faults.add({ nth, kind: "after" });
      await patiently(story.run(world));
      expect(world.stripe.ledger.customers.values()).toHaveLength(1);
    }
  });
});

test.each([
  [{ status: 401, body: { error: { type: "invalid_request_error", message: "k" } } }, false],
  [{ status: 403, body: { error: { type: "invalid_request_error", message: "k" } } }, false],
  [{ status: 400, body: { error: { type: "invalid_request_error", message: "k" } } }, false],
  [{ status: 503, body: oops }, true],
] as const)("an answer of %j says whether trying again can help: %j", async (kind, retryable) => {
  vi.spyOn(console, "error").mockReturnValue();
  const { ada, stripe } = await aWorld(false);
  stripe.faults.add({ path: "/v1/", kind });
  const call = patiently(ada.action(createCheckoutSession, { plan: "pro" }));
  await expect(call).rejects.toMatchObject({ data: { code: "PAYMENTS_UNAVAILABLE", retryable } });
});

describe("a deleted user's payments", () => {
  const { cancelSubscriptionsOfUser } = internal.payments.cancellation;

  async function rows(t: ReturnType<typeof aBackend>) {
    return await t.run(async ({ db }) => {
      const tables = ["stripeCustomers", "subscriptions", "invoices", "payments"] as const;
      const all = await Promise.all(tables.map((table) => db.query(table).collect()));
      return all.flat().length;
    });
  }

  test("end at once, and their rows are deleted, when the account is deleted", async () => {
    const { t, stripe } = await aWorld(true);
    await deliverClerk(t, "user.deleted", { id: "user_ada", deleted: true });
    await settle(t, 1_000);
    expect(stripe.ledger.subscriptions.values()).toMatchObject([{ status: "canceled" }]);
    expect(await rows(t)).toBe(0);
    for (const event of stripe.take()) expect((await deliverEvent(t, event)).status).toBe(200);
    expect(await rows(t)).toBe(0);
  });

  test("are ended by a retry, wherever Stripe fails meanwhile", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const dry = await aWorld(true);
    const { _id } = await rowOf(dry.ada);
    await dry.t.action(cancelSubscriptionsOfUser, { userId: _id });
    const calls = dry.stripe.calls().length;
    expect(calls).toBe(3);
    for (const [, kind] of KINDS) {
      for (let nth = 1; nth <= calls; nth++) {
        const { t, stripe, ada } = await aWorld(true);
        const { _id: userId } = await rowOf(ada);
        stripe.faults.add({ nth, kind });
        await patiently(t.action(cancelSubscriptionsOfUser, { userId })).catch(() => undefined);
        await t.action(cancelSubscriptionsOfUser, { userId });
        expect(stripe.ledger.subscriptions.values()).toMatchObject([{ status: "canceled" }]);
        await settle(t);
        expect(await rows(t)).toBe(0);
      }
    }
  });

  test("are retried while Stripe is down, and their rows stay until it is up", async () => {
    const { t, stripe, ada } = await aWorld(true);
    const { _id: userId } = await rowOf(ada);
    const before = await rows(t);
    const mend = stripe.faults.add({ path: "/v1/", kind: "drop" });
    await expect(t.action(cancelSubscriptionsOfUser, { userId })).rejects.toThrow();
    expect(await rows(t)).toBe(before);
    mend();
    await t.action(cancelSubscriptionsOfUser, { userId });
    await t.action(cancelSubscriptionsOfUser, { userId });
  });

  test("don't keep the rest from being removed while Stripe is down", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const { t, stripe, ada } = await aWorld(true);
    await aProject(t, ada);
    const mend = stripe.faults.add({ path: "/v1/", kind: "drop" });
    await deliverClerk(t, "user.deleted", { id: "user_ada", deleted: true });
    await settle(t, 1_000);
    const whileAway = await dump(t);
    expect([whileAway.projects, whileAway.messages]).toEqual([[], []]);
    expect(whileAway.deletedClerkUsers).toMatchObject([{ state: "removing" }]);
    expect(daytona.sandboxes.size).toBe(0);
    expect(stripe.ledger.subscriptions.values()).toMatchObject([{ status: "active" }]);
    mend();
    await settle(t, 60_000);
    expect(stripe.ledger.subscriptions.values()).toMatchObject([{ status: "canceled" }]);
    expect((await dump(t)).deletedClerkUsers).toMatchObject([{ state: "removed" }]);
  });

  test("include the open checkout: it can't be paid any more", async () => {
    const { t, stripe, ada } = await aWorld(false);
    const { _id: userId } = await rowOf(ada);
    const { url } = await ada.action(createCheckoutSession, { plan: "pro" });
    await t.action(cancelSubscriptionsOfUser, { userId });
    expect(await stripe.pay(url)).toBeNull();
  });

  test("include a checkout that is paid after all: the webhook cancels the subscription", async () => {
    const { t, stripe, ada } = await aWorld(false);
    const { url } = await ada.action(createCheckoutSession, { plan: "pro" });
    await t.run(async ({ db }) => {
      for (const { _id } of await db.query("users").collect()) await db.delete(_id);
      for (const { _id } of await db.query("stripeCustomers").collect()) await db.delete(_id);
    });
    await stripe.pay(url);
    for (const event of stripe.take()) expect((await deliverEvent(t, event)).status).toBe(200);
    await settle(t, 1_000);
    expect(stripe.ledger.subscriptions.values()).toMatchObject([{ status: "canceled" }]);
    expect(await rows(t)).toBe(0);
  });

  test("need no call without a key, nor for a user who never paid", async () => {
    const { t, stripe, ada } = await aWorld(true);
    const { _id: userId } = await rowOf(ada);
    const { _id: bobsId } = await rowOf(await signUp(t, "Bob"));
    await t.action(cancelSubscriptionsOfUser, { userId: bobsId });
    vi.stubEnv("STRIPE_SECRET_KEY", undefined);
    await t.action(cancelSubscriptionsOfUser, { userId });
    expect(stripe.calls()).toEqual([]);
    expect((await ada.query(currentPlan, {})).plan).toBe("pro");
  });
});
