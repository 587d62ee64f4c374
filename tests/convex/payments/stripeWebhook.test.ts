/** Stripe's webhook: late, twice, out of order, forged, oversize, and before it is configured. */
import { describe, expect, test, vi } from "vitest";
import { api, components, internal } from "../../../convex/_generated/api.js";
import { signUp } from "../support/users.ts";
import { aBackend, NOON, settle, type TestBackend } from "../support/setup.ts";
import {
  deliverEvent,
  patiently,
  signature,
  FakeStripe,
  type Pending,
} from "../support/fakeStripe.ts";
import { rowOf } from "../support/builders.ts";

const { currentPlan, listInvoices, listPayments } = api.payments.queries;
const { createCheckoutSession } = api.payments.actions;

/** A user who has just paid; none of the webhooks has arrived. */
async function justPaid() {
  const t = aBackend();
  const stripe = new FakeStripe();
  const ada = await signUp(t);
  const { url } = await patiently(ada.action(createCheckoutSession, { plan: "pro" }));
  await stripe.pay(url);
  const [row] = stripe.ledger.subscriptions.values();
  const plan = async () => (await ada.query(currentPlan, {})).plan;
  return { t, stripe, ada, plan, id: row!.id, customer: row!.customer };
}

async function deliver(t: TestBackend, events: Pending[]): Promise<void> {
  for (const event of events) expect((await deliverEvent(t, event)).status).toBe(200);
}

/** Everything that deliveries may write, but for the bookkeeping. */
async function state(t: TestBackend, customer: string) {
  const { listSubscriptions } = components.stripe.public;
  return {
    own: await t.run(async ({ db }) => ({
      subscriptions: withoutIds(await db.query("subscriptions").collect(), "stripeSubscriptionId"),
      invoices: withoutIds(await db.query("invoices").collect(), "stripeInvoiceId"),
      payments: withoutIds(await db.query("payments").collect(), "stripePaymentIntentId"),
      stripeCustomers: withoutIds(await db.query("stripeCustomers").collect(), "stripeCustomerId"),
    })),
    subscriptions: await t.query(listSubscriptions, { stripeCustomerId: customer }),
  };
}

function sorted<T>(rows: T[], key: keyof T): T[] {
  return rows.toSorted((one, other) => String(one[key]).localeCompare(String(other[key])));
}

function withoutIds<T extends { _id: unknown; _creationTime: number }>(rows: T[], key: keyof T) {
  return sorted(rows, key).map(({ _id, _creationTime, ...row }) => row);
}

describe("Stripe's events", () => {
  test("are read from Stripe, and written with their owner", async () => {
    const { t, stripe, ada, customer } = await justPaid();
    const { _id: userId } = await rowOf(ada);
    await deliver(t, stripe.take());
    const { subscriptions, own } = await state(t, customer);
    expect(subscriptions).toMatchObject([{ status: "active", userId }]);
    expect(own.stripeCustomers).toMatchObject([{ userId, stripeCustomerId: customer }]);
    const invoices = await ada.query(listInvoices, {});
    expect(invoices).toMatchObject([{ status: "paid", amountPaid: 2000 }]);
    const payments = await ada.query(listPayments, {});
    expect(payments).toMatchObject([{ status: "succeeded" }]);
  });

  test("lead to the same state in any order, and twice", async () => {
    const { t, stripe, plan, customer, id } = await justPaid();
    await stripe.meet(id, { renew: true });
    await stripe.meet(id, { status: "past_due" });
    const events = stripe.take();
    await deliver(t, events);
    const inOrder = await state(t, customer);
    await deliver(t, events);
    expect(await state(t, customer)).toEqual(inOrder);
    await t.run(async ({ db }) => {
      for (const table of ["subscriptions", "invoices", "payments", "stripeEvents"] as const) {
        for (const { _id } of await db.query(table).collect()) await db.delete(table, _id);
      }
    });
    await deliver(t, events.toReversed());
    expect(await state(t, customer)).toEqual(inOrder);
    expect(await plan()).toBe("pro");
  });

  test.for(["checkout.session.completed", "customer.subscription.created"])(
    "give the plan by %s alone",
    async (type) => {
      const { t, stripe, plan } = await justPaid();
      await deliver(t, stripe.take(type));
      expect(await plan()).toBe("pro");
    },
  );

  test("a stale update after the end doesn't bring the plan back", async () => {
    const { t, stripe, plan, id } = await justPaid();
    const stale = stripe.take("customer.subscription.created");
    await stripe.meet(id, { status: "past_due" });
    stale.push(...stripe.take("customer.subscription.updated"));
    await stripe.meet(id, { status: "canceled" });
    await deliver(t, stripe.take("customer.subscription.deleted"));
    await deliver(t, stale);
    expect(await plan()).toBe("free");
    const known = components.stripe.public.getSubscription;
    expect(await t.query(known, { stripeSubscriptionId: id })).toMatchObject({
      status: "canceled",
    });
  });

  test("a read that was overtaken by a later one is not written", async () => {
    const { t, stripe, plan, id } = await justPaid();
    const { beginStripeRead } = internal.payments.stripe.readVersions;
    const early = await t.mutation(beginStripeRead, { stripeId: id });
    await deliver(t, stripe.take("customer.subscription.created"));
    expect(await plan()).toBe("pro");
    const gone = { kind: "gone" as const, of: "subscription" as const, id };
    const { applyObject } = internal.payments.stripe.apply;
    await t.mutation(applyObject, { readVersion: early, object: gone });
    expect(await plan()).toBe("pro");
    const late = await t.mutation(beginStripeRead, { stripeId: id });
    await t.mutation(applyObject, { readVersion: late, object: gone });
    expect(await plan()).toBe("free");
  });

  test("an event is handled once: its repetition doesn't read Stripe again", async () => {
    const { t, stripe } = await justPaid();
    const [event] = stripe.take("customer.subscription.created");
    await deliver(t, [event!]);
    const asked = stripe.calls().length;
    await deliver(t, [event!, event!]);
    expect(stripe.calls()).toHaveLength(asked);
  });

  test("an event that is delivered twice at the same time is stored once", async () => {
    const { t, stripe } = await justPaid();
    const [event] = stripe.take("customer.subscription.created");
    await Promise.all([deliver(t, [event!]), deliver(t, [event!])]);
    const remembered = await t.run(({ db }) => db.query("stripeEvents").collect());
    expect(remembered.map(({ eventId }) => eventId)).toEqual([event!.id]);
  });

  test("a customer's update before its creation is enough, and its deletion is kept", async () => {
    const { t, stripe, customer } = await justPaid();
    stripe.take();
    await stripe.api("POST", `/customers/${customer}`, { name: "Ada" });
    await deliver(t, stripe.take("customer.updated"));
    expect((await state(t, customer)).own.stripeCustomers).toMatchObject([
      { stripeCustomerId: customer },
    ]);
    await stripe.api("DELETE", `/customers/${customer}`);
    await deliver(t, stripe.take());
    const { own, subscriptions } = await state(t, customer);
    expect(own.stripeCustomers).toMatchObject([{ deleted: true }]);
    expect(subscriptions).toMatchObject([{ status: "canceled" }]);
  });

  test("a customer's deletion stays, whatever earlier events arrive after it", async () => {
    const { t, stripe, customer } = await justPaid();
    const earlier = stripe.take();
    await stripe.api("DELETE", `/customers/${customer}`);
    await deliver(t, stripe.take("customer.deleted"));
    const deleted = [{ stripeCustomerId: customer, deleted: true }];
    expect((await state(t, customer)).own.stripeCustomers).toMatchObject(deleted);
    await deliver(t, earlier);
    expect((await state(t, customer)).own.stripeCustomers).toMatchObject(deleted);
  });

  test("metadata that Convex can't store is left out", async () => {
    const { t, stripe, plan, id, customer } = await justPaid();
    stripe.take();
    const form = {
      "metadata[$where]": "1",
      "metadata[Größe]": "2",
      "metadata[__proto__]": "3",
      "metadata[fine key]": "4",
    };
    await stripe.api("POST", `/subscriptions/${id}`, form);
    await stripe.api("POST", `/customers/${customer}`, form);
    await deliver(t, stripe.take());
    expect(await plan()).toBe("pro");
    const { subscriptions } = await state(t, customer);
    expect(subscriptions[0]?.metadata).toMatchObject({ "fine key": "4" });
    expect(JSON.stringify(subscriptions)).not.toMatch(/where|Größe/);
  });

  test("objects of another app in the same Stripe account belong to no user", async () => {
    const { t, stripe, ada, plan, id, customer } = await justPaid();
    stripe.take();
    await t.run(async ({ db }) => {
      for (const { _id } of await db.query("stripeCustomers").collect()) await db.delete(_id);
    });
    await stripe.api("POST", `/subscriptions/${id}`, { "metadata[userId]": "customer 17" });
    await deliver(t, stripe.take());
    expect(await plan()).toBe("free");
    expect(await ada.query(listInvoices, {})).toEqual([]);
    expect((await state(t, customer)).own.subscriptions).toEqual([]);
  });

  test.for(["invoice.upcoming", "charge.refunded", "something.new", "v2.core.event"])(
    "%s means nothing here, and is accepted",
    async (type) => {
      const { t, stripe } = await justPaid();
      const before = stripe.calls();
      const object = type === "invoice.upcoming" ? {} : { id: "x_1" };
      await deliver(t, [{ id: "evt_1", type, data: { object } } as unknown as Pending]);
      expect(stripe.calls()).toEqual(before);
    },
  );

  test("what Stripe doesn't have (any more) is removed here, too", async () => {
    const { t, stripe, ada, plan, customer } = await justPaid();
    await deliver(t, stripe.take());
    const [subscription] = stripe.ledger.subscriptions.values();
    const [invoice] = stripe.ledger.invoices.values();
    const event = (type: string, id: string) => ({
      id: `evt_${id}`,
      type,
      data: { object: { id } },
    });
    stripe.faults.add({ path: "/v1/invoices", kind: notThere });
    stripe.faults.add({ path: "/v1/subscriptions", kind: notThere });
    await deliver(t, [
      event("invoice.deleted", invoice!.id),
      event("customer.subscription.updated", subscription!.id),
    ]);
    expect(await ada.query(listInvoices, {})).toEqual([]);
    expect(await plan()).toBe("free");
    expect((await state(t, customer)).subscriptions).toMatchObject([{ status: "canceled" }]);
  });
});

const notThere = {
  status: 404,
  body: { error: { type: "invalid_request_error", code: "resource_missing", message: "No such" } },
};

describe("while Stripe can't be read", () => {
  test.for<[string, Parameters<FakeStripe["faults"]["add"]>[0]["kind"]]>([
    ["refused", "drop"],
    ["500", { status: 500, body: { error: { type: "api_error", message: "Oops" } } }],
    ["500 that looks like an answer", { status: 500, body: {} }],
    ["429", { status: 429, headers: { "retry-after": "1" }, body: { error: { message: "Slow" } } }],
    ["401", { status: 401, body: { error: { type: "invalid_request_error", message: "sk_" } } }],
    ["cut off", "after"],
    ["no JSON", "malformed"],
  ])("(%s) a delivery is answered 500, and works when it comes again", async ([, kind]) => {
    const { t, stripe, plan } = await justPaid();
    const [event] = stripe.take("customer.subscription.created");
    const log = vi.spyOn(console, "error").mockReturnValue();
    const mend = stripe.faults.add({ path: "/v1/subscriptions", kind });
    expect((await deliverEvent(t, event)).status).toBe(500);
    expect(await plan()).toBe("free");
    expect(log.mock.calls.join()).not.toMatch(/sk_|sub_/);
    mend();
    await deliver(t, [event!]);
    expect(await plan()).toBe("pro");
  });
});

describe("what is refused", () => {
  const body = JSON.stringify({
    id: "evt_1",
    type: "invoice.paid",
    data: { object: { id: "in" } },
  });
  const stale = NOON - 10 * 60_000;

  function post(t: TestBackend, text: string, headers: Record<string, string>) {
    return t.fetch("/stripe/webhook", { method: "POST", body: text, headers });
  }

  test.for<[string, () => Promise<Record<string, string>>]>([
    ["no signature", async () => ({})],
    [
      "another sender's",
      async () => ({ "stripe-signature": await signature(body, "whsec_other") }),
    ],
    ["another body's", async () => ({ "stripe-signature": await signature(`${body} `) })],
    [
      "one from ten minutes ago",
      async () => ({ "stripe-signature": await signature(body, undefined, stale) }),
    ],
    ["one that is none", async () => ({ "stripe-signature": "t=1,v1=no" })],
  ])("%s is 400, and nothing is asked or stored", async ([, headers]) => {
    const t = aBackend();
    const stripe = new FakeStripe();
    expect((await post(t, body, await headers())).status).toBe(400);
    expect(stripe.calls()).toEqual([]);
    expect(await t.run(({ db }) => db.query("stripeReads").collect())).toEqual([]);
  });

  test.for(["{", "[1]", "null", "", JSON.stringify({ id: "evt_1", type: "invoice.paid" })])(
    "%j, well signed, is 400",
    async (text) => {
      const t = aBackend();
      new FakeStripe();
      expect((await deliverEvent(t, text)).status).toBe(400);
    },
  );

  test("a body over 1 MiB is 413", async () => {
    const t = aBackend();
    new FakeStripe();
    expect((await post(t, "x".repeat(1024 * 1024 + 1), {})).status).toBe(413);
  });

  test.for(["STRIPE_WEBHOOK_SECRET", "STRIPE_SECRET_KEY"])(
    "without %s it is 500, and the log names it",
    async (name) => {
      const t = aBackend();
      new FakeStripe();
      vi.stubEnv(name, undefined);
      const log = vi.spyOn(console, "error").mockReturnValue();
      expect((await deliverEvent(t, body)).status).toBe(500);
      expect(log.mock.calls.join()).toContain(name);
    },
  );
});

describe("what is stored to recognise repetition", () => {
  test("is deleted after a month, in batches", async () => {
    const { t, stripe } = await justPaid();
    await deliver(t, stripe.take());
    await t.run(async ({ db }) => {
      for (let i = 0; i < 600; i++)
        await db.insert("stripeEvents", { eventId: `evt_${String(i)}` });
    });
    const kept = () =>
      t.run(async ({ db }) => {
        const events = await db.query("stripeEvents").collect();
        return events.length + (await db.query("stripeReads").collect()).length;
      });
    const all = await kept();
    await t.mutation(internal.payments.stripe.expiry.deleteExpired, {});
    expect(await kept()).toBe(all);
    vi.advanceTimersByTime(31 * 24 * 60 * 60_000);
    await t.mutation(internal.payments.stripe.expiry.deleteExpired, {});
    await settle(t);
    expect(await kept()).toBe(0);
  });
});
