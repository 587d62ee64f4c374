/** Buying, changing and ending a subscription, from a click to what Stripe's webhooks leave. */
import { describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { isEnded, blocksCheckout, planFor, PLANS } from "../../../convex/payments/plans.ts";
import { refusal } from "../../contract/backend.ts";
import { signUp, type SignedInUser } from "../support/users.ts";
import { aBackend } from "../support/setup.ts";
import { patiently, SITE_URL, FakeStripe } from "../support/fakeStripe.ts";
import { rowOf, storeProject } from "../support/builders.ts";

const { getPrice, createCheckoutSession, createPortalSession } = api.payments.actions;
const { cancelSubscription, resumeSubscription } = api.payments.actions;
const { currentPlan, listInvoices, listPayments, pageInvoices, pagePayments } =
  api.payments.queries;
const paginationOpts = { numItems: 2, cursor: null };

function checkout(user: SignedInUser) {
  return patiently(user.action(createCheckoutSession, { plan: "pro" }));
}

/** A backend with Stripe, and a user. */
async function aCustomer(name = "Ada") {
  const t = aBackend();
  const stripe = new FakeStripe();
  return { t, stripe, ada: await signUp(t, name) };
}

/** … who has paid for pro, and whose webhooks have arrived. */
async function aSubscriber() {
  const { t, stripe, ada } = await aCustomer();
  const { url } = await checkout(ada);
  await stripe.pay(url);
  expect(await stripe.deliverAll(t)).not.toContain(500);
  const [subscription] = stripe.ledger.subscriptions.values();
  return { t, stripe, ada, id: subscription!.id, customer: subscription!.customer };
}

describe("the price of a plan", () => {
  const price = { amount: 2000, currency: "usd", interval: "month", intervalCount: 1 };

  test("is what Stripe says, without a customer or anything written there", async () => {
    const { ada, stripe } = await aCustomer();
    expect(await ada.action(getPrice, { plan: "pro" })).toEqual(price);
    expect(stripe.calls()).toEqual([`GET /v1/prices/price_…`]);
  });

  test.each([
    ["by usage", { unit_amount: null }],
    ["less than a cent", { unit_amount: null, unit_amount_decimal: "0.5" }],
    ["paid once", { recurring: null }],
    ["of a period that Stripe has newly thought up", { recurring: { interval: "moon" } }],
  ])("%s is not a fixed amount per period", async (_, change) => {
    const { ada, stripe } = await aCustomer();
    const recurring = { interval: "month", interval_count: 1 };
    const body = { object: "price", unit_amount: 2000, currency: "usd", recurring, ...change };
    stripe.faults.add({ path: "/v1/prices/", kind: { status: 200, body } });
    expect(await ada.action(getPrice, { plan: "pro" })).toBeNull();
  });

  test("that Stripe doesn't know, or can't say, is refused", async () => {
    const { ada, stripe } = await aCustomer();
    const log = vi.spyOn(console, "error").mockReturnValue();
    const call = () => refusal(patiently(ada.action(getPrice, { plan: "pro" })));
    stripe.faults.add({ path: "/v1/prices/", times: 3, kind: { status: 500, body: {} } });
    expect(await call()).toMatchObject({ code: "PAYMENTS_UNAVAILABLE", retryable: true });
    vi.stubEnv("STRIPE_PRICE_PRO", "price_gone");
    expect(await call()).toMatchObject({ code: "PAYMENTS_UNAVAILABLE", retryable: false });
    expect(await refusal(ada.action(getPrice, { plan: "free" }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      field: "plan",
    });
    log.mockClear();
    for (const name of ["STRIPE_PRICE_PRO", "STRIPE_SECRET_KEY"]) {
      vi.stubEnv(name, undefined);
      expect((await call()).code).toBe("PAYMENTS_NOT_CONFIGURED");
    }
    expect(log, "what an operator is to be told").not.toHaveBeenCalled();
  });
});

describe("a plan", () => {
  test("is free before anything is bought", async () => {
    const { ada, t } = await aCustomer();
    await storeProject(t, (await rowOf(ada))._id);
    expect(await ada.query(currentPlan, {})).toEqual({
      plan: "free",
      limits: PLANS.free,
      usage: { projects: 1 },
      subscription: null,
    });
    expect(await ada.query(listInvoices, {})).toEqual([]);
    expect(await ada.query(listPayments, {})).toEqual([]);
  });

  test("is pro once the checkout is paid, for this user alone", async () => {
    const { t, stripe, ada } = await aCustomer();
    const eve = await signUp(t, "Eve");
    const { sessionId, url } = await checkout(ada);
    expect((await ada.query(currentPlan, {})).plan).toBe("free");
    expect(await stripe.pay(url)).toBe(`${SITE_URL}?checkout=success&session_id=${sessionId}`);
    await stripe.deliverAll(t);
    const { plan, limits, subscription } = await ada.query(currentPlan, {});
    expect({ plan, limits }).toEqual({ plan: "pro", limits: PLANS.pro });
    const [row] = stripe.ledger.subscriptions.values();
    expect(subscription).toEqual({
      status: "active",
      currentPeriodEnd: row!.periodEnd * 1000,
      cancelAtPeriodEnd: false,
    });
    expect((await eve.query(currentPlan, {})).plan).toBe("free");
    expect(await eve.query(listInvoices, {})).toEqual([]);
  });

  test.for([
    ["trialing", "pro"],
    ["active", "pro"],
    ["past_due", "pro"],
    ["unpaid", "free"],
    ["incomplete", "free"],
    ["paused", "free"],
    ["incomplete_expired", "free"],
    ["canceled", "free"],
  ] as const)("while Stripe says %s is %s", async ([status, plan]) => {
    const { t, stripe, ada, id } = await aSubscriber();
    await stripe.meet(id, { status });
    await stripe.deliverAll(t);
    const current = await ada.query(currentPlan, {});
    expect(current.plan).toBe(plan);
    expect(current.subscription?.status).toBe(isEnded(status) ? undefined : status);
  });

  test("is free for an unknown status, and for another price", () => {
    expect(planFor([{ status: "dormant", priceId: "p" }], "p")).toBe("free");
    expect(planFor([{ status: "active", priceId: "other" }], "p")).toBe("free");
    expect(planFor([{ status: "active", priceId: "" }], undefined)).toBe("free");
    expect(isEnded("dormant")).toBe(false);
    expect(blocksCheckout("toString")).toBe(true);
  });

  test("rests on the subscription that is paid, when there are two", async () => {
    const { t, stripe, ada, id, customer } = await aSubscriber();
    const { _id: userId } = await rowOf(ada);
    await t.mutation(internal.payments.stripe.readVersions.beginStripeRead, {
      stripeId: "sub_other",
    });
    await t.mutation(internal.payments.stripe.apply.applyObject, {
      readVersion: 1,
      object: {
        kind: "subscription",
        id: "sub_other",
        customerId: customer,
        status: "incomplete",
        priceId: stripe.priceId,
        quantity: 1,
        periodEnd: 0,
        cancelAtPeriodEnd: false,
        cancelAt: null,
        metadata: { userId },
      },
    });
    expect(await ada.query(currentPlan, {})).toMatchObject({
      plan: "pro",
      subscription: { status: "active" },
    });
    await stripe.meet(id, { status: "canceled" });
    await stripe.deliverAll(t);
    expect(await ada.query(currentPlan, {})).toMatchObject({
      plan: "free",
      subscription: { status: "incomplete" },
    });
  });
});

describe("invoices and payments", () => {
  test("are listed newest first, and the same in pages", async () => {
    const { t, stripe, ada, id } = await aSubscriber();
    for (let month = 0; month < 2; month++) {
      vi.advanceTimersByTime(60_000);
      await stripe.meet(id, { renew: true });
      await stripe.deliverAll(t);
    }
    const invoices = await ada.query(listInvoices, {});
    expect(invoices.map(({ number }) => number)).toEqual([
      "EMULATOR-0003",
      "EMULATOR-0002",
      "EMULATOR-0001",
    ]);
    expect(invoices[0]).toMatchObject({ status: "paid", amountDue: 2000, amountPaid: 2000 });
    expect(invoices[0]).not.toHaveProperty("userId");
    const page = await ada.query(pageInvoices, { paginationOpts });
    expect(page.page).toEqual(invoices.slice(0, 2));
    expect(page.isDone).toBe(false);

    const payments = await ada.query(listPayments, {});
    expect(payments).toHaveLength(3);
    expect(payments[0]).toMatchObject({ status: "succeeded", amount: 2000, currency: "usd" });
    expect((await ada.query(pagePayments, { paginationOpts })).page).toEqual(payments.slice(0, 2));
  });

  test("are at most a hundred in a list", async () => {
    const { t, ada } = await aCustomer();
    const { _id: userId } = await rowOf(ada);
    await t.run(async ({ db }) => {
      for (let i = 0; i < 120; i++) {
        const line = { userId, currency: "usd", status: "paid", createdAt: i };
        const amounts = { amountDue: 1, amountPaid: 1 };
        await db.insert("invoices", { ...line, ...amounts, stripeInvoiceId: `in_${String(i)}` });
        const payment = { ...line, amount: 1, stripePaymentIntentId: `pi_${String(i)}` };
        await db.insert("payments", payment);
      }
    });
    const invoices = await ada.query(listInvoices, {});
    expect(invoices).toHaveLength(100);
    expect(invoices[0]?.createdAt).toBe(119);
    expect(await ada.query(listPayments, {})).toHaveLength(100);
  });
});

describe("a checkout", () => {
  test("identifies a user by our id alone, and sends Stripe neither name nor address", async () => {
    const { stripe, ada } = await aCustomer();
    const { _id: userId } = await rowOf(ada);
    await checkout(ada);
    expect(stripe.ledger.customers.values()).toMatchObject([
      { metadata: { userId }, email: null, name: null },
    ]);
    expect(stripe.ledger.sessions.values()).toMatchObject([
      { price: stripe.priceId, metadata: { userId }, resultMetadata: { userId } },
    ]);
  });

  test("that is opened again is the same one, in one tab or two", async () => {
    const { stripe, ada } = await aCustomer();
    // Both tabs have looked before either has made anything.
    stripe.faults.add({ path: "/v1/", kind: { delayMs: 500, when: "after" } });
    const [first, second] = await Promise.all([checkout(ada), checkout(ada)]);
    expect(second).toEqual(first);
    expect(await checkout(ada)).toEqual(first);
    expect(stripe.ledger.sessions.values()).toHaveLength(1);
    expect(stripe.ledger.customers.values()).toHaveLength(1);
  });

  test("that has expired is replaced by another", async () => {
    const { stripe, ada } = await aCustomer();
    const first = await checkout(ada);
    vi.advanceTimersByTime(25 * 60 * 60_000);
    const second = await checkout(ada);
    expect(second.sessionId).not.toBe(first.sessionId);
    expect(await stripe.pay(first.url)).toBeNull();
    expect(await stripe.pay(second.url)).not.toBeNull();
  });

  test("with another return URL expires the open one: only one can be paid", async () => {
    const { stripe, ada } = await aCustomer();
    const first = await checkout(ada);
    vi.stubEnv("SITE_URL", "https://elsewhere.test/?lang=de");
    const second = await checkout(ada);
    expect(await stripe.pay(first.url)).toBeNull();
    expect(await stripe.pay(second.url)).toBe(
      `https://elsewhere.test/?lang=de&checkout=success&session_id=${second.sessionId}`,
    );
  });

  test("is refused to a subscriber, even before the webhook has arrived", async () => {
    const { stripe, ada } = await aCustomer();
    await stripe.pay((await checkout(ada)).url);
    expect((await ada.query(currentPlan, {})).plan).toBe("free");
    expect(await refusal(checkout(ada))).toMatchObject({
      code: "ALREADY_SUBSCRIBED",
      status: "active",
    });
    expect((await ada.query(currentPlan, {})).plan).toBe("pro");
    expect((await refusal(checkout(ada))).code).toBe("ALREADY_SUBSCRIBED");
    expect(stripe.ledger.sessions.values()).toHaveLength(1);
  });

  test("is open to someone whose subscription has ended", async () => {
    const { t, stripe, ada, id } = await aSubscriber();
    await stripe.meet(id, { status: "canceled" });
    await stripe.deliverAll(t);
    await stripe.pay((await checkout(ada)).url);
    await stripe.deliverAll(t);
    expect((await ada.query(currentPlan, {})).plan).toBe("pro");
    expect(stripe.ledger.customers.values()).toHaveLength(1);
  });

  test.for([true, false])(
    "makes a new customer of one deleted at Stripe (webhook delivered: %s)",
    async (delivered) => {
      const { t, stripe, ada } = await aCustomer();
      await checkout(ada);
      const [customer] = stripe.ledger.customers.values();
      await stripe.api("DELETE", `/customers/${customer!.id}`);
      if (delivered) await stripe.deliverAll(t);
      const { url } = await checkout(ada);
      await stripe.pay(url);
      await stripe.deliverAll(t);
      expect((await ada.query(currentPlan, {})).plan).toBe("pro");
      expect(stripe.ledger.customers.values()).toHaveLength(2);
    },
  );

  test("of the free plan is refused", async () => {
    const { ada, stripe } = await aCustomer();
    const call = ada.action(createCheckoutSession, { plan: "free" });
    expect(await refusal(call)).toMatchObject({ code: "INVALID_ARGUMENT", field: "plan" });
    expect(stripe.calls()).toEqual([]);
  });

  test("is rate limited to a few a minute", async () => {
    const { ada } = await aCustomer();
    for (let i = 0; i < 10; i++) await checkout(ada);
    expect((await refusal(checkout(ada))).code).toBe("RATE_LIMITED");
  });
});

describe("a subscription", () => {
  test("is cancelled at the period's end, once or twice, and resumed", async () => {
    const { t, stripe, ada } = await aSubscriber();
    await ada.action(cancelSubscription, {});
    expect((await ada.query(currentPlan, {})).subscription?.cancelAtPeriodEnd).toBe(true);
    await ada.action(cancelSubscription, {});
    await stripe.deliverAll(t);
    expect(await ada.query(currentPlan, {})).toMatchObject({
      plan: "pro",
      subscription: { cancelAtPeriodEnd: true },
    });
    await ada.action(resumeSubscription, {});
    await ada.action(resumeSubscription, {});
    await stripe.deliverAll(t);
    expect((await ada.query(currentPlan, {})).subscription?.cancelAtPeriodEnd).toBe(false);
  });

  test("that ended at Stripe is found by both", async () => {
    const { stripe, ada, id } = await aSubscriber();
    await stripe.meet(id, { status: "canceled" });
    expect((await refusal(ada.action(resumeSubscription, {}))).code).toBe("NOT_FOUND");
    expect((await ada.query(currentPlan, {})).plan).toBe("free");
    expect((await refusal(ada.action(cancelSubscription, {}))).code).toBe("NOT_FOUND");
  });

  test("that doesn't exist can't be cancelled, resumed or managed", async () => {
    const { ada, stripe } = await aCustomer();
    for (const action of [cancelSubscription, resumeSubscription, createPortalSession]) {
      expect((await refusal(ada.action(action, {}))).code).toBe("NOT_FOUND");
    }
    expect(stripe.calls()).toEqual([]);
  });

  test("is managed in the portal, which leads back here", async () => {
    const { stripe, ada, customer } = await aSubscriber();
    const { url } = await ada.action(createPortalSession, {});
    const [portal] = stripe.ledger.portals.values();
    expect(portal).toMatchObject({ customer, returnUrl: SITE_URL });
    expect(url).toContain(portal!.id);
  });

  test("has no portal once its customer is gone from Stripe", async () => {
    const { stripe, ada, customer } = await aSubscriber();
    await stripe.api("DELETE", `/customers/${customer}`);
    expect((await refusal(ada.action(createPortalSession, {}))).code).toBe("NOT_FOUND");
  });
});

describe("without Stripe", () => {
  test.for([
    ["STRIPE_SECRET_KEY", undefined],
    ["STRIPE_SECRET_KEY", ""],
    ["STRIPE_PRICE_PRO", undefined],
    ["SITE_URL", undefined],
    ["SITE_URL", "javascript:alert(1)"],
  ] as const)(
    "(%s is %j) a checkout is refused, and the log names what is missing",
    async ([name, value]) => {
      const { ada, stripe } = await aCustomer();
      vi.stubEnv(name, value);
      const log = vi.spyOn(console, "error").mockReturnValue();
      expect((await refusal(checkout(ada))).code).toBe("PAYMENTS_NOT_CONFIGURED");
      expect(log.mock.calls.join()).toContain(name);
      expect(stripe.calls()).toEqual([]);
    },
  );

  test("every payment action is refused, and everything else works", async () => {
    const { ada } = await aCustomer();
    vi.stubEnv("STRIPE_SECRET_KEY", undefined);
    vi.spyOn(console, "error").mockReturnValue();
    for (const action of [cancelSubscription, resumeSubscription, createPortalSession]) {
      expect((await refusal(ada.action(action, {}))).code).toBe("PAYMENTS_NOT_CONFIGURED");
    }
    expect((await ada.query(currentPlan, {})).plan).toBe("free");
  });
});
