import { createServer } from "node:http";
import { Stripe } from "stripe";
import { onTestFinished } from "vitest";
import type { StripeEmulator, StripeEmulatorOptions } from "../../src/index.ts";
import { startStripeEmulator } from "../../src/index.ts";
import { aDataDir, listening } from "./emulators.ts";

export async function aStripe(
  options: Partial<StripeEmulatorOptions> = {},
): Promise<StripeEmulator> {
  const dataDir = options.dataDir ?? aDataDir();
  const stripe = await startStripeEmulator({ ...options, dataDir });
  onTestFinished(() => stripe.close().catch(() => undefined)); // a test may have closed it itself
  return stripe;
}

/** The official SDK, talking to the emulator. */
export function sdk({ url, secretKey }: Pick<StripeEmulator, "url" | "secretKey">): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(secretKey, { host: hostname, port, protocol: "http", maxNetworkRetries: 0 });
}

/** A receiver that verifies signatures with the official SDK, and responds as `answer` says. */
export async function aStripeReceiver(
  secret: string,
  answer: (delivery: number) => number = () => 200,
): Promise<{ url: string; received: Stripe.Event[]; types: () => string[] }> {
  const received: Stripe.Event[] = [];
  const stripe = new Stripe("sk_test_unused");
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const signature = request.headers["stripe-signature"] ?? "";
      received.push(stripe.webhooks.constructEvent(body, signature, secret));
      response.writeHead(answer(received.length)).end();
    });
  });
  return { url: await listening(server), received, types: () => received.map(({ type }) => type) };
}

/** Fills in and sends one of the emulator's pages. */
export async function submit(page: string, fields: Record<string, string>) {
  return await fetch(page, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
}

export const ADDRESSES = {
  success_url: "http://localhost:5173/done?session={CHECKOUT_SESSION_ID}",
  cancel_url: "http://localhost:5173/plans",
};

/** A customer who has subscribed to "pro" on the checkout page. */
export async function aSubscriber(emulator: StripeEmulator, userId = "user_1") {
  const stripe = sdk(emulator);
  const customer = await stripe.customers.create({ metadata: { userId } });
  const session = await aSession(emulator, customer.id, userId);
  await submit(session.url!, { card: "works" });
  const done = await stripe.checkout.sessions.retrieve(session.id);
  return {
    stripe,
    customer: customer.id,
    session: done,
    subscription: done.subscription as string,
  };
}

/** An open checkout session for "pro". */
export async function aSession(emulator: StripeEmulator, customer: string, userId = "user_1") {
  return await sdk(emulator).checkout.sessions.create({
    mode: "subscription",
    customer,
    line_items: [{ price: emulator.priceIds.pro!, quantity: 1 }],
    ...ADDRESSES,
    metadata: { userId },
    subscription_data: { metadata: { userId } },
  });
}
