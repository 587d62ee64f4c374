/** Stripe repeats what it has saved under an idempotency key, failures too: a checkout never stays blocked, and no user pays twice. */
import { describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { refusal } from "../../contract/backend.ts";
import { deliver as deliverClerk, signUp, type SignedInUser } from "../support/users.ts";
import { aBackend, settle, type TestBackend } from "../support/setup.ts";
import { deliverEvent, patiently, FakeStripe } from "../support/fakeStripe.ts";
import { rowOf } from "../support/builders.ts";

const { createCheckoutSession } = api.payments.actions;
const CUSTOMERS = "/v1/customers";
const SESSIONS = "/v1/checkout/sessions";

type Kind = Parameters<FakeStripe["faults"]["add"]>[0]["kind"];
const oops = { status: 500, body: { error: { type: "api_error", message: "Oops" } } };
const nothing = { status: 200, body: { object: "list", data: [], has_more: false, url: "" } };

vi.setConfig({ testTimeout: 120_000 });

async function aWorld() {
  vi.spyOn(console, "error").mockReturnValue();
  const t = aBackend();
  const stripe = new FakeStripe();
  const ada = await signUp(t);
  return { t, stripe, ada, userId: (await rowOf(ada))._id };
}

function checkout(user: SignedInUser) {
  return patiently(user.action(createCheckoutSession, { plan: "pro" }));
}

/** A checkout that Stripe fails, as such. */
async function failedCheckout(user: SignedInUser): Promise<void> {
  expect(await refusal(checkout(user))).toMatchObject({
    code: "PAYMENTS_UNAVAILABLE",
    retryable: true,
  });
}

/** As many at once, of which each must come to the same. */
async function inTabs(user: SignedInUser, tabs: number) {
  const all = await Promise.all(Array.from({ length: tabs }, () => checkout(user)));
  expect(new Set(all.map(({ sessionId }) => sessionId)).size).toBe(1);
  return all[0]!;
}

/** One customer, one session that can be paid, and that one is what the user was given. */
async function expectOne(
  { t, stripe }: { t: TestBackend; stripe: FakeStripe },
  { sessionId, url }: { sessionId: string; url: string },
) {
  const { customers, sessions } = stripe.ledger;
  const [customer, ...others] = customers.values().filter(({ deleted }) => !deleted);
  expect(others).toEqual([]);
  const open = sessions.values().filter(({ status }) => status === "open");
  expect(open).toMatchObject([{ id: sessionId, customer: customer!.id }]);
  const rows = await t.run(({ db }) => db.query("stripeCustomers").collect());
  expect(rows.map(({ stripeCustomerId }) => stripeCustomerId)).toEqual([customer!.id]);
  expect(await stripe.pay(url)).not.toBeNull();
}

describe.each([
  ["customer", CUSTOMERS],
  ["session", SESSIONS],
])("a first checkout whose %s meets a failure that is saved", (_, path) => {
  test.each<[string, Kind, number]>([
    ["a 500 before it took effect", oops, 1],
    ["a 500 before it took effect", oops, 2],
    ["a 500 after it took effect", { after: oops }, 1],
    ["a 500 after it took effect", { after: oops }, 2],
    ["a 500 without words", { status: 500, body: {} }, 1],
    ["a refusal that held only then", { ...oops, status: 402 }, 1],
  ])("(%s) works when it is tried again, %#", async (_name, kind, tabs) => {
    const world = await aWorld();
    const { stripe, ada } = world;
    stripe.faults.add({ method: "POST", path, nth: 1, kind });
    await failedCheckout(ada);
    vi.advanceTimersByTime(60_000);
    await expectOne(world, await inTabs(ada, tabs));
  });

  test("works for a whole day, however many keys are spent", async () => {
    const world = await aWorld();
    const { stripe, ada } = world;
    // What is saved is repeated; what is executed anew fails anew.
    stripe.faults.add({ method: "POST", path, kind: oops });
    for (let hour = 0; hour < 5; hour++) {
      await failedCheckout(ada);
      vi.advanceTimersByTime(60 * 60_000);
    }
    stripe.faults.clear();
    await expectOne(world, await inTabs(ada, 2));
  });
});

/** What may happen to a request to make something. */
const MISHAPS: Kind[] = [
  oops,
  { after: oops },
  "drop",
  "after",
  { status: 429, headers: { "retry-after": "1" }, body: oops.body },
  {
    status: 409,
    body: { error: { type: "invalid_request_error", code: "idempotency_key_in_use" } },
  },
];

test("ends with one, whatever happens to the first requests", async () => {
  for (const path of [CUSTOMERS, SESSIONS]) {
    for (const first of MISHAPS) {
      for (const second of MISHAPS) {
        const world = await aWorld();
        const { t, stripe, ada } = world;
        for (const kind of [first, second]) {
          const remove = stripe.faults.add({ method: "POST", path, kind });
          await checkout(ada).catch((error: unknown) => {
            expect(isQuaverError(error, "PAYMENTS_UNAVAILABLE")).toBe(true);
          });
          remove();
        }
        const given = await inTabs(ada, 2);
        await stripe.deliverAll(t);
        await settle(t);
        await expectOne(world, given);
      }
    }
  }
});

describe("a key that was used with other parameters", () => {
  test("is replaced when the page to return to changed after a failure", async () => {
    const world = await aWorld();
    const { stripe, ada } = world;
    stripe.faults.add({ method: "POST", path: SESSIONS, nth: 1, kind: oops });
    await failedCheckout(ada);
    vi.stubEnv("SITE_URL", "https://elsewhere.test");
    const given = await inTabs(ada, 2);
    expect(stripe.ledger.sessions.get(given.sessionId)?.successUrl).toContain("elsewhere");
    await expectOne(world, given);
  });

  test("is replaced for the customer, too", async () => {
    const { stripe, ada, userId } = await aWorld();
    const key = { "idempotency-key": `quaver-customer-${userId}-first` };
    await stripe.api("POST", "/customers", { name: "by an older version" }, key);
    await checkout(ada);
    const theirs = stripe.ledger.customers
      .values()
      .filter(({ metadata }) => metadata.userId === userId);
    expect(theirs).toHaveLength(1);
  });
});

describe("a key that is in use", () => {
  const attempts = (t: TestBackend) =>
    t.run(async ({ db }) =>
      (await db.query("stripeAttempts").collect()).map(({ attempt }) => attempt),
    );

  test.each([CUSTOMERS, SESSIONS])("of %s is waited for", async (path) => {
    const world = await aWorld();
    const kind: Kind = { delayMs: 900 };
    world.stripe.faults.add({ method: "POST", path, nth: 1, kind });
    await expectOne(world, await inTabs(world.ada, 2));
    expect(new Set(await attempts(world.t))).toEqual(new Set([0]));
  });

  test.each([CUSTOMERS, SESSIONS])("of %s for long is not given up", async (path) => {
    const world = await aWorld();
    const { t, stripe, ada } = world;
    const aWeekMs = 7 * 24 * 60 * 60_000; // until it is let go on below
    stripe.faults.add({ method: "POST", path, nth: 1, kind: { delayMs: aWeekMs } });
    stripe.abortable = true;
    const first = failedCheckout(ada);
    await vi.waitUntil(() => stripe.calls().some((call) => call === `POST ${path}`));
    await failedCheckout(ada);
    await first;
    expect(new Set(await attempts(t))).toEqual(new Set([0]));
    stripe.faults.close();
    const given = await checkout(ada);
    await expectOne(world, given);
  });
});

describe("a customer that was created by a request that failed", () => {
  async function afterFailure() {
    const world = await aWorld();
    const { stripe, ada } = world;
    stripe.faults.add({ method: "POST", path: CUSTOMERS, nth: 1, kind: { after: oops } });
    await failedCheckout(ada);
    const [lost] = stripe.ledger.customers.values();
    stripe.faults.clear();
    return { ...world, lost: lost!.id };
  }

  test("is the user's as soon as the webhook's event arrives", async () => {
    const world = await afterFailure();
    const { t, stripe, ada, lost } = world;
    expect(await stripe.deliverAll(t)).toEqual([200]);
    const rows = await t.run(({ db }) => db.query("stripeCustomers").collect());
    expect(rows).toMatchObject([{ stripeCustomerId: lost }]);
    const given = await checkout(ada);
    expect(stripe.calls()).not.toContain(`POST ${CUSTOMERS}`);
    expect(stripe.ledger.sessions.get(given.sessionId)?.customer).toBe(lost);
    await expectOne(world, given);
  });

  test("is found although Stripe has forgotten the key", async () => {
    const world = await afterFailure();
    world.stripe.forgetKeys();
    vi.advanceTimersByTime(3 * 24 * 60 * 60_000);
    await expectOne(world, await inTabs(world.ada, 2));
  });

  test("is deleted when it was not found in time, and the user has another", async () => {
    const world = await afterFailure();
    const { t, stripe, ada, lost } = world;
    stripe.faults.add({ method: "GET", path: /customers$/, kind: nothing });
    const given = await checkout(ada);
    stripe.faults.clear();
    expect(stripe.ledger.customers.values()).toHaveLength(2);
    await stripe.deliverAll(t);
    await settle(t);
    expect(stripe.ledger.customers.get(lost)?.deleted).toBe(true);
    await stripe.deliverAll(t); // of the deletion
    await expectOne(world, given);
  });

  test("stays, and the other is deleted, when the webhook's event is first", async () => {
    const world = await afterFailure();
    const { t, stripe, ada, lost } = world;
    stripe.faults.add({ method: "GET", path: /customers$/, kind: nothing });
    const interrupt = async () => {
      await stripe.deliverAll(t);
    };
    stripe.faults.add({
      method: "POST",
      path: CUSTOMERS,
      nth: 2,
      kind: { interrupt, when: "after" },
    });
    const given = await checkout(ada);
    stripe.faults.clear();
    await settle(t);
    const living = stripe.ledger.customers.values().filter(({ deleted }) => !deleted);
    expect(living.map(({ id }) => id)).toEqual([lost]);
    await stripe.deliverAll(t);
    await expectOne(world, given);
  });
});

describe("a second customer of a user", () => {
  async function withSecond(form: Record<string, string>) {
    const world = await aWorld();
    const { t, stripe, ada, userId } = world;
    await checkout(ada);
    await stripe.deliverAll(t);
    await stripe.api("POST", "/customers", { "metadata[userId]": userId, ...form });
    const second = stripe.ledger.customers.values().at(-1)!.id;
    const events = stripe.take();
    const tell = async () => {
      for (const event of events) await deliverEvent(t, event);
      await settle(t, 1_000);
      return stripe.ledger.customers.get(second)!.deleted;
    };
    return { ...world, second, tell };
  }
  const ours = { "metadata[createdBy]": "quaver" };

  test("is deleted when it was created here and is unused", async () => {
    const { tell } = await withSecond(ours);
    expect(await tell()).toBe(true);
  });

  test("is kept when an operator created it", async () => {
    const { tell } = await withSecond({});
    expect(await tell()).toBe(false);
  });

  test("is kept when it has been used", async () => {
    const { tell, stripe, second } = await withSecond(ours);
    await stripe.api("POST", "/checkout/sessions", {
      mode: "subscription",
      customer: second,
      "line_items[0][price]": stripe.priceId,
      success_url: "https://app.test",
    });
    expect(await tell()).toBe(false);
  });

  test("is deleted later when Stripe is down", async () => {
    const { tell, stripe } = await withSecond(ours);
    stripe.faults.add({ method: "DELETE", path: CUSTOMERS, nth: 1, kind: oops });
    expect(await tell()).toBe(true);
  });
});

describe("two sessions that could be paid", () => {
  test("end with the older one, when Stripe has forgotten the key meanwhile", async () => {
    const world = await aWorld();
    const { stripe, ada } = world;
    const first = await checkout(ada);
    stripe.forgetKeys();
    stripe.faults.add({ method: "GET", path: SESSIONS, nth: 1, kind: nothing });
    const second = await checkout(ada);
    expect(stripe.ledger.sessions.values()).toHaveLength(2);
    expect(second).toEqual(first);
    await expectOne(world, second);
  });

  test("are not made of one that is paid while it is being replaced", async () => {
    const { stripe, ada } = await aWorld();
    const { url } = await checkout(ada);
    vi.stubEnv("SITE_URL", "https://elsewhere.test");
    const interrupt = async () => {
      await stripe.pay(url);
    };
    const path = /\/expire$/;
    stripe.faults.add({ method: "POST", path, nth: 1, kind: { interrupt, when: "before" } });
    expect((await refusal(checkout(ada))).code).toBe("ALREADY_SUBSCRIBED");
    expect(stripe.ledger.sessions.values()).toHaveLength(1);
  });

  test("are not seen in a payment of an operator's, which stays open", async () => {
    const { stripe, ada } = await aWorld();
    await checkout(ada);
    const [customer] = stripe.ledger.customers.values();
    await stripe.api("POST", "/checkout/sessions", {
      mode: "payment",
      customer: customer!.id,
      "line_items[0][price]": stripe.priceId,
      success_url: "https://app.test",
    });
    await checkout(ada);
    const open = stripe.ledger.sessions.values().filter(({ status }) => status === "open");
    expect(open.map(({ mode }) => mode)).toEqual(["subscription", "payment"]);
  });
});

describe("the stored attempts", () => {
  const count = (t: TestBackend) =>
    t.run(async ({ db }) => (await db.query("stripeAttempts").collect()).length);

  test("are deleted with the account", async () => {
    const { t, ada } = await aWorld();
    await checkout(ada);
    expect(await count(t)).toBe(2);
    await deliverClerk(t, "user.deleted", { id: "user_ada", deleted: true });
    await settle(t, 1_000);
    expect(await count(t)).toBe(0);
  });

  test("are deleted after a month", async () => {
    const { t, ada } = await aWorld();
    await checkout(ada);
    vi.advanceTimersByTime(31 * 24 * 60 * 60_000);
    await t.mutation(internal.payments.stripe.expiry.deleteExpired, {});
    expect(await count(t)).toBe(0);
  });
});
