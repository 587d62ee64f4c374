/** Payments, from `bun run dev` on: the pushed functions reach the Stripe emulator by Stripe's own address. */
import { expect, onTestFinished, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { httpClient, liveClient, Subscription } from "../support/clients.ts";
import type { Ready } from "../support/dev.ts";
import { onDev } from "../support/dev-suite.ts";
import { freshToken, type Person } from "../support/emulators.ts";

const { currentPlan, listInvoices, listPayments } = api.payments.queries;

let dev: Ready;
let ada: Person;
let restart: () => Promise<Ready>;
onDev((suite) => ({ dev, ada, restart } = suite));

/** Ada's plan, as her open page sees it. */
function adasPlan() {
  const client = liveClient(dev.url, () => freshToken(dev, ada));
  onTestFinished(() => client.close());
  return new Subscription(client, "currentPlan", currentPlan, {});
}

async function adasHttpClient() {
  return httpClient(dev.url, await freshToken(dev, ada));
}

test("a paid checkout changes the plan to pro in a live query, and so does cancelling", async () => {
  const status = new Subscription(
    liveClient(dev.url, () => freshToken(dev, ada)),
    "userLoginStatus",
    api.auth.users.userLoginStatus,
    {},
  );
  await status.until("Logged In", (value) => value.status === "Logged In");
  const plan = adasPlan();
  await plan.until("free", (value) => value.plan === "free");
  const client = await adasHttpClient();
  const { url } = await client.action(api.payments.actions.createCheckoutSession, { plan: "pro" });
  expect(url.startsWith(`${dev.stripeUrl}/`)).toBe(true);
  expect(await (await fetch(url)).text()).toContain("Subscribe");
  const paid = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ card: "works" }),
    redirect: "manual",
  });
  expect(paid.headers.get("location")).toContain("checkout=success");

  await plan.until("pro", (value) => value.plan === "pro");
  await client.action(api.payments.actions.cancelSubscription, {});
  await plan.until("cancelled", (value) => value.subscription?.cancelAtPeriodEnd === true);
  await client.action(api.payments.actions.resumeSubscription, {});
  await plan.until("resumed", (value) => value.subscription?.cancelAtPeriodEnd === false);
  const portal = await client.action(api.payments.actions.createPortalSession, {});
  expect(await (await fetch(portal.url)).text()).toContain("Cancel the subscription");

  await expect.poll(() => client.query(listInvoices, {}), { timeout: 30_000 }).toHaveLength(1);
  await expect.poll(() => client.query(listPayments, {}), { timeout: 30_000 }).toHaveLength(1);
});

test("a paid plan survives `kill -9`", async () => {
  dev = await restart();
  const client = await adasHttpClient();
  expect((await client.query(currentPlan, {})).plan).toBe("pro");
  await expect(
    client.action(api.payments.actions.createCheckoutSession, { plan: "pro" }),
  ).rejects.toMatchObject({ data: { code: "ALREADY_SUBSCRIBED" } });
});
