/** Webhook events: what a sender says, how it signs a delivery, and where the object is read from Stripe. */
import type { FaultKind } from "@quaver/emulators";
import Stripe from "stripe";
import { Webhook } from "svix";
import { z } from "zod";
import type { Sender } from "./history.ts";

/** An event, which may be delivered any number of times. */
export interface WebhookEvent {
  sender: Sender;
  /** The same in every delivery: Svix's message id, Stripe's event id. */
  id: string;
  body: string;
  /** The sender's name for what has happened. */
  type: string;
  /** The id of the object that it has happened to. */
  objectId: string;
}

const clerkEvent = z.looseObject({ type: z.string(), data: z.looseObject({ id: z.string() }) });
const stripeEvent = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({ object: z.object({ id: z.string() }) }),
});
const daytonaEvent = z.object({ event: z.string(), id: z.string() });

/** Reads what a sender sends. @param id - Svix's message id, which Stripe has none of */
export function readEvent(sender: Sender, id: string, body: string): WebhookEvent {
  const json: unknown = JSON.parse(body);
  switch (sender) {
    case "clerk": {
      const { type, data } = clerkEvent.parse(json);
      return { sender, id, body, type, objectId: data.id };
    }
    case "stripe": {
      const { id: eventId, type, data } = stripeEvent.parse(json);
      return { sender, id: eventId, body, type, objectId: data.object.id };
    }
    case "daytona": {
      const { event, id: objectId } = daytonaEvent.parse(json);
      return { sender, id, body, type: event, objectId };
    }
  }
}

/** Another event of Clerk's with the same version of the user. */
export function sentAgain(event: WebhookEvent): WebhookEvent {
  const type = "user.updated";
  const body = JSON.stringify({ ...clerkEvent.parse(JSON.parse(event.body)), type });
  return { ...event, id: `${event.id}_again`, body, type };
}

/** The `updated_at` of the user in an event of Clerk's; null in a deletion. */
export function versionIn({ body }: WebhookEvent): number | null {
  const { updated_at: version } = clerkEvent.parse(JSON.parse(body)).data;
  return typeof version === "number" ? version : null;
}

/** Where each sender's webhooks go. */
export const WEBHOOK_PATHS: Record<Sender, string> = {
  clerk: "/clerk-users-webhook",
  stripe: "/stripe/webhook",
  daytona: "/daytona-webhook",
};

/** The headers of a delivery that is sent now. */
export async function signedHeaders(
  { sender, id, body: payload }: WebhookEvent,
  secret: string,
): Promise<Record<string, string>> {
  const now = new Date();
  const timestamp = Math.floor(now.getTime() / 1000);
  if (sender === "stripe") {
    const options = { payload, secret, timestamp };
    return {
      "stripe-signature": await Stripe.webhooks.generateTestHeaderStringAsync(options),
    };
  }
  return {
    "svix-id": id,
    "svix-timestamp": String(timestamp),
    "svix-signature": new Webhook(secret).sign(id, now, payload),
  };
}

/** The path at which the object of an event is read from Stripe. */
export function readPathOf({ objectId }: WebhookEvent): RegExp {
  return new RegExp(`^/v1/.*/${objectId}$`);
}

const OUTAGES: readonly FaultKind[] = [
  { status: 500, body: { error: { type: "api_error", message: "Oops" } } },
  "drop",
  { status: 429, headers: { "retry-after": "1" }, body: { error: { message: "Slow down" } } },
  "malformed",
  { status: 500, body: {} },
];

/** Ways in which Stripe's API fails, one after the other. */
export function* stripeOutages(): Generator<FaultKind, never> {
  for (;;) yield* OUTAGES;
}
