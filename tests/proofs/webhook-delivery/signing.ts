/** Deliveries as their senders sign them. */
import Stripe from "stripe";
import { Webhook } from "svix";
import type { Sender } from "./history.ts";
import type { Letter } from "./letters.ts";

/** Where each sender's webhooks go. */
export const PATHS: Record<Sender, string> = {
  clerk: "/clerk-users-webhook",
  stripe: "/stripe/webhook",
  daytona: "/daytona-webhook",
};

/** The headers of a delivery that is sent now. */
export async function headersOf(
  { sender, id, body: payload }: Letter,
  secret: string,
): Promise<Record<string, string>> {
  const at = new Date();
  const timestamp = Math.floor(at.getTime() / 1000);
  if (sender === "stripe") {
    const options = { payload, secret, timestamp };
    return {
      "stripe-signature": await Stripe.webhooks.generateTestHeaderStringAsync(options),
    };
  }
  return {
    "svix-id": id,
    "svix-timestamp": String(timestamp),
    "svix-signature": new Webhook(secret).sign(id, at, payload),
  };
}
