import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { call } from "../support/emulators.ts";
import { ADDRESSES, aSession, aStripe, aSubscriber, sdk, submit } from "../support/stripe.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("customers", () => {
  test("are created, read, updated and deleted", async () => {
    const stripe = sdk(await aStripe());
    const made = await stripe.customers.create({
      email: "ada@example.com",
      metadata: { userId: "u1", plan: "x" },
    });
    expect(made).toMatchObject({ object: "customer", email: "ada@example.com", livemode: false });
    await stripe.customers.create({ metadata: { userId: "u2" } });

    const changed = await stripe.customers.update(made.id, {
      name: "Ada",
      email: "",
      metadata: { plan: "" },
    });
    expect(changed).toMatchObject({ name: "Ada", email: null, metadata: { userId: "u1" } });
    expect(changed.metadata).not.toHaveProperty("plan");

    expect(await stripe.customers.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    expect(await stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true });
    expect((await stripe.customers.list()).data).toHaveLength(1);
    await expect(stripe.customers.del(made.id)).rejects.toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
  });

  test("are listed in pages that the SDK follows by itself", async () => {
    const stripe = sdk(await aStripe());
    for (let i = 0; i < 5; i++) await stripe.customers.create({ name: String(i) });
    const names: (string | null | undefined)[] = [];
    for await (const { name } of stripe.customers.list({ limit: 2 })) names.push(name);
    expect(names).toEqual(["4", "3", "2", "1", "0"]);
  });

  test("are listed by creation time", async () => {
    let now = Date.UTC(2026, 10, 22);
    const stripe = sdk(await aStripe({ now: () => now }));
    const noon = now / 1000;
    for (const name of ["a", "b", "c"]) {
      await stripe.customers.create({ name });
      now += 1_000;
    }
    const names = async (created: Stripe.RangeQueryParam) =>
      (await stripe.customers.list({ created })).data.map(({ name }) => name);
    expect(await names({ gte: noon + 1 })).toEqual(["c", "b"]);
    expect(await names({ gt: noon, lt: noon + 2 })).toEqual(["b"]);
    expect(await names({ lte: noon })).toEqual(["a"]);
  });
});

describe("a refusal", () => {
  test("is the SDK's error class for its cause", async () => {
    const emulator = await aStripe();
    const stripe = sdk(emulator);
    const wrongKey = sdk({ url: emulator.url, secretKey: "sk_test_wrong" });
    await expect(wrongKey.customers.list()).rejects.toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
    await expect(stripe.customers.retrieve("cus_x")).rejects.toMatchObject({
      type: "StripeInvalidRequestError",
      code: "resource_missing",
      param: "id",
    });
    // @ts-expect-error -- no such parameter
    await expect(stripe.customers.create({ colour: "red" })).rejects.toMatchObject({
      statusCode: 400,
      code: "parameter_unknown",
      param: "colour",
    });
    await expect(stripe.coupons.list()).rejects.toMatchObject({ statusCode: 404 });
  });

  test.each([
    ["a customer that isn't there", { customer: "cus_x" }, "customer"],
    ["a price that isn't there", { line_items: [{ price: "p" }] }, "line_items[0][price]"],
    [
      "no number of things",
      { line_items: [{ price: "p", quantity: 0 }] },
      "line_items[0][quantity]",
    ],
    ["an address that is none", { success_url: "javascript:alert(1)" }, "success_url"],
    [
      "what belongs to the other mode",
      { payment_intent_data: { metadata: { a: "b" } } },
      "payment_intent_data",
    ],
  ])("names the parameter: %s", async (_, change, param) => {
    const emulator = await aStripe();
    const made = sdk(emulator).checkout.sessions.create({
      mode: "subscription",
      line_items: [{ price: emulator.priceIds.pro!, quantity: 1 }],
      ...ADDRESSES,
      ...change,
    });
    await expect(made).rejects.toMatchObject({ statusCode: 400, param });
  });

  test("is returned for a malformed body", async () => {
    const emulator = await aStripe();
    const post = (body: string) =>
      call("POST", `${emulator.url}/v1/customers`, body, {
        authorization: `Bearer ${emulator.secretKey}`,
        "content-type": "application/x-www-form-urlencoded",
      });
    expect((await post("metadata=x&metadata[a]=b")).status).toBe(400);
    expect((await post("a[b][c][d][e][f][g]=h")).status).toBe(400);
    expect((await post("metadata[__proto__]=x")).status).toBe(200);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe("a checkout", () => {
  test("shows its price, is paid once, and redirects back with the session's id", async () => {
    const emulator = await aStripe();
    const stripe = sdk(emulator);
    const customer = await stripe.customers.create({ metadata: { userId: "u1" } });
    const session = await aSession(emulator, customer.id, "u1");
    expect(session).toMatchObject({ status: "open", amount_total: 2000, currency: "usd" });
    const page = await fetch(session.url!);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain("$20.00");
    expect(text).toContain(ADDRESSES.cancel_url);

    const paid = await submit(session.url!, { card: "works" });
    expect(paid.status).toBe(303);
    expect(paid.headers.get("location")).toBe(`http://localhost:5173/done?session=${session.id}`);
    const again = await submit(session.url!, { card: "works" });
    expect(again.headers.get("location")).toBe(paid.headers.get("location"));
    const back = await (await fetch(session.url!)).text();
    expect(back).toContain(`href="${paid.headers.get("location")}"`);

    const done = await stripe.checkout.sessions.retrieve(session.id);
    expect(done).toMatchObject({ status: "complete", payment_status: "paid", url: null });
    const [subscription, ...others] = (await stripe.subscriptions.list()).data;
    expect(others).toEqual([]);
    expect(subscription).toMatchObject({
      id: done.subscription,
      status: "active",
      customer: customer.id,
      metadata: { userId: "u1" },
      items: { data: [{ price: { id: emulator.priceIds.pro } }] },
    });
    const [invoice] = (await stripe.invoices.list({ customer: customer.id })).data;
    expect(invoice).toMatchObject({
      id: done.invoice,
      status: "paid",
      amount_paid: 2000,
      parent: { subscription_details: { subscription: done.subscription } },
    });
  });

  test("with a declined card stays open and shows the reason", async () => {
    const emulator = await aStripe();
    const customer = await sdk(emulator).customers.create();
    const session = await aSession(emulator, customer.id);
    const declined = await submit(session.url!, { card: "declines" });
    expect(declined.status).toBe(402);
    expect(await declined.text()).toContain('role="alert"');
    expect((await sdk(emulator).subscriptions.list()).data).toEqual([]);
    expect((await submit(session.url!, { card: "works" })).status).toBe(303);
  });

  test("can be expired once, and expires by itself after a day", async () => {
    let now = Date.UTC(2026, 10, 22);
    const emulator = await aStripe({ now: () => now });
    const stripe = sdk(emulator);
    const customer = await stripe.customers.create();
    const first = await aSession(emulator, customer.id);
    expect((await stripe.checkout.sessions.expire(first.id)).status).toBe("expired");
    await expect(stripe.checkout.sessions.expire(first.id)).rejects.toMatchObject({
      statusCode: 400,
    });
    expect((await submit(first.url!, { card: "works" })).status).toBe(404);
    const second = await aSession(emulator, customer.id);
    now += DAY_MS;
    expect((await stripe.checkout.sessions.retrieve(second.id)).status).toBe("expired");
    const open = await stripe.checkout.sessions.list({ customer: customer.id, status: "open" });
    expect(open.data).toEqual([]);
  });

  test("of a deleted customer can't be paid", async () => {
    const emulator = await aStripe();
    const stripe = sdk(emulator);
    const customer = await stripe.customers.create();
    const session = await aSession(emulator, customer.id);
    await stripe.customers.del(customer.id);
    expect((await submit(session.url!, { card: "works" })).status).toBe(404);
    expect((await stripe.subscriptions.list({ status: "all" })).data).toEqual([]);
  });

  test("for one payment makes a payment, with its own metadata", async () => {
    const emulator = await aStripe();
    const stripe = sdk(emulator);
    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      customer_email: "ada@example.com",
      line_items: [{ price: emulator.priceIds.pro!, quantity: 2 }],
      ...ADDRESSES,
      payment_intent_data: { metadata: { userId: "u1" } },
    });
    await submit(session.url!, { card: "works" });
    const done = await stripe.checkout.sessions.retrieve(session.id);
    expect(await stripe.paymentIntents.retrieve(done.payment_intent as string)).toMatchObject({
      amount: 4000,
      status: "succeeded",
      customer: done.customer,
      metadata: { userId: "u1" },
    });
    expect((await stripe.customers.list({ email: "ada@example.com" })).data).toHaveLength(1);
  });

  test("escapes its values in HTML", async () => {
    const emulator = await aStripe({
      prices: [
        {
          lookupKey: "pro",
          name: "<script>alert(1)</script>",
          unitAmount: 500,
          currency: "jpy",
          interval: "year",
        },
      ],
    });
    const customer = await sdk(emulator).customers.create();
    const text = await (await fetch((await aSession(emulator, customer.id)).url!)).text();
    expect(text).not.toContain("<script>");
    expect(text).toContain("¥500");
  });
});

describe("a subscription", () => {
  test("is cancelled at the period's end, resumed, and cancelled now, once", async () => {
    const { stripe, subscription } = await aSubscriber(await aStripe());
    const ending = await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    expect(ending).toMatchObject({ status: "active", cancel_at_period_end: true });
    expect(ending.cancel_at).toBe(ending.items.data[0]!.current_period_end);
    expect(await stripe.subscriptions.update(subscription, { cancel_at: "" })).toMatchObject({
      cancel_at_period_end: false,
      cancel_at: null,
    });
    expect((await stripe.subscriptions.cancel(subscription)).status).toBe("canceled");
    await expect(stripe.subscriptions.cancel(subscription)).rejects.toMatchObject({
      code: "resource_missing",
    });
    await expect(
      stripe.subscriptions.update(subscription, { cancel_at_period_end: false }),
    ).rejects.toMatchObject({ statusCode: 400 });
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list({ status: "all" })).data).toHaveLength(1);
    expect((await stripe.subscriptions.list({ status: "ended" })).data).toHaveLength(1);
  });

  test("renews when its period is over, or ends if it was cancelled", async () => {
    let now = Date.UTC(2026, 10, 22);
    const emulator = await aStripe({ now: () => now });
    const { stripe, subscription } = await aSubscriber(emulator);
    now += 31 * DAY_MS;
    const renewed = await stripe.subscriptions.retrieve(subscription);
    expect(renewed.status).toBe("active");
    expect(renewed.items.data[0]!.current_period_end * 1000).toBeGreaterThan(now);
    expect((await stripe.invoices.list({ subscription })).data).toHaveLength(2);
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    now += 31 * DAY_MS;
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe("canceled");
  });

  test("is deleted with its customer", async () => {
    const { stripe, subscription, customer } = await aSubscriber(await aStripe());
    await stripe.customers.del(customer);
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe("canceled");
  });

  test("can be put into any state by a test", async () => {
    const emulator = await aStripe();
    const { stripe, subscription } = await aSubscriber(emulator);
    const lever = `${emulator.url}/_subscriptions/${subscription}`;
    for (const status of ["past_due", "unpaid", "paused", "incomplete", "canceled"]) {
      expect((await call("POST", lever, { status })).status).toBe(200);
      expect((await stripe.subscriptions.retrieve(subscription)).status).toBe(status);
    }
    expect((await call("POST", lever, { status: "asleep" })).status).toBe(400);
    expect((await call("POST", `${lever}x`, { renew: true })).status).toBe(404);
  });
});

describe("the billing portal", () => {
  test("cancels and resumes only the customer's own subscription", async () => {
    const emulator = await aStripe();
    const { stripe, subscription, customer } = await aSubscriber(emulator);
    const other = await aSubscriber(emulator, "user_2");
    const portal = await stripe.billingPortal.sessions.create({
      customer,
      return_url: "http://localhost:5173/",
    });
    expect(await (await fetch(portal.url)).text()).toContain("Cancel the subscription");
    await submit(portal.url, { action: "cancel", subscription });
    expect((await stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(true);
    expect(await (await fetch(portal.url)).text()).toContain("Resume the subscription");
    await submit(portal.url, { action: "resume", subscription });
    expect((await stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(false);
    await submit(portal.url, { action: "cancel", subscription: other.subscription });
    const untouched = await stripe.subscriptions.retrieve(other.subscription);
    expect(untouched.cancel_at_period_end).toBe(false);
    expect((await fetch(`${portal.url}x`)).status).toBe(404);
  });

  test("replaces a card, which pays open invoices", async () => {
    const emulator = await aStripe();
    const { stripe, subscription, customer } = await aSubscriber(emulator);
    const { url } = await stripe.billingPortal.sessions.create({ customer });
    await submit(url, { action: "card", card: "declines" });
    await call("POST", `${emulator.url}/_subscriptions/${subscription}`, { renew: true });
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe("past_due");
    expect((await stripe.invoices.list({ status: "open" })).data).toHaveLength(1);
    await submit(url, { action: "card", card: "works" });
    expect((await stripe.subscriptions.retrieve(subscription)).status).toBe("active");
    expect((await stripe.invoices.list({ status: "open" })).data).toEqual([]);
  });
});
