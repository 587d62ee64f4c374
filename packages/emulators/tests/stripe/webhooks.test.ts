import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aDataDir, eventually } from "../support/emulators.ts";
import { aStripe, aStripeReceiver, aSubscriber, sdk } from "../support/stripe.ts";

const secret = "whsec_a_secret_for_signing";
const QUICK = [10, 10, 10];

describe("Stripe's webhooks", () => {
  test("report a checkout and its subscription, signed", async () => {
    const { url, received, types } = await aStripeReceiver(secret);
    const emulator = await aStripe({ webhook: { url, secret } });
    const { subscription, stripe } = await aSubscriber(emulator);
    await stripe.subscriptions.update(subscription, { cancel_at_period_end: true });
    await stripe.subscriptions.cancel(subscription);
    await eventually(() => expect(emulator.pendingWebhooks()).toBe(0));
    expect(types().sort()).toEqual([
      "checkout.session.completed",
      "customer.created",
      "customer.subscription.created",
      "customer.subscription.deleted",
      "customer.subscription.updated",
      "invoice.created",
      "invoice.finalized",
      "invoice.paid",
      "invoice.payment_succeeded",
      "payment_intent.succeeded",
    ]);
    expect(received.every(({ id }) => id.startsWith("evt_"))).toBe(true);
    const updated = received.find(({ type }) => type === "customer.subscription.updated");
    expect(updated?.data).toMatchObject({
      object: { id: subscription, cancel_at_period_end: true },
      previous_attributes: { cancel_at_period_end: false },
    });
  });

  test("are retried with the same event until a 2xx", async () => {
    const { url, received } = await aStripeReceiver(secret, (n) => (n < 3 ? 500 : 200));
    const emulator = await aStripe({ webhook: { url, secret }, retryDelaysMs: QUICK });
    await sdk(emulator).customers.create();
    await eventually(() => expect(emulator.pendingWebhooks()).toBe(0));
    expect(received).toHaveLength(3);
    expect(received[2]).toEqual(received[0]);
  });

  test("can be duplicated and out of order", async () => {
    const { url, received, types } = await aStripeReceiver(secret);
    const emulator = await aStripe({ webhook: { url, secret }, retryDelaysMs: QUICK });
    const stripe = sdk(emulator);
    emulator.faults.add({ method: "WEBHOOK", path: "customer.created", kind: { delayMs: 1_000 } });
    emulator.faults.add({ method: "WEBHOOK", path: "customer.updated", kind: "duplicate" });
    const { id } = await stripe.customers.create();
    await stripe.customers.update(id, { name: "Ada" });
    await eventually(() => expect(emulator.pendingWebhooks()).toBe(0));
    expect(types()).toEqual(["customer.updated", "customer.updated", "customer.created"]);
    expect(received[0]!.id).toBe(received[1]!.id);
  });

  test("are stored with the objects that they report, over a restart", async () => {
    const dataDir = aDataDir();
    const unreachable = { url: "http://127.0.0.1:9/" };
    const first = await aStripe({ dataDir, webhook: unreachable, retryDelaysMs: [60_000] });
    const { subscription, customer } = await aSubscriber(first);
    await first.close();

    const second = await aStripe({ dataDir });
    expect(second).toMatchObject({
      secretKey: first.secretKey,
      webhookSecret: first.webhookSecret,
      priceIds: first.priceIds,
    });
    const { url, types } = await aStripeReceiver(second.webhookSecret);
    second.setWebhook({ url });
    await eventually(() => expect(second.pendingWebhooks()).toBe(0));
    expect(types()).toContain("checkout.session.completed");
    const stripe = sdk(second);
    expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({ customer });
    expect(readFileSync(join(dataDir, "stripe.jsonl"), "utf8")).not.toContain(first.secretKey);
  });
});
