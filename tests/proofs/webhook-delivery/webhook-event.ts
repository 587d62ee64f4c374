/** Webhook events: what a sender says, and how it signs a delivery. */
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
  /** The `updated_at` of a user of Clerk's. */
  version?: number | undefined;
}

const user = z.object({ id: z.string(), updated_at: z.number().optional() });
const object = z.object({ id: z.string() });

/** Where each sender's webhooks go, and how their bodies are read. */
const SENDERS = {
  clerk: {
    path: "/clerk-users-webhook",
    body: z
      .object({ type: z.string(), data: user })
      .transform(({ type, data }) => ({ type, objectId: data.id, version: data.updated_at })),
  },
  stripe: {
    path: "/stripe/webhook",
    body: z
      .object({ id: z.string(), type: z.string(), data: z.object({ object }) })
      .transform(({ id, type, data }) => ({ id, type, objectId: data.object.id })),
  },
  daytona: {
    path: "/daytona-webhook",
    body: z
      .object({ event: z.string(), id: z.string() })
      .transform(({ event, id }) => ({ type: event, objectId: id })),
  },
};

/** Reads what a sender sends. @param id - Svix's message id, which Stripe has none of */
export function readEvent(sender: Sender, id: string, body: string): WebhookEvent {
  return { sender, id, body, ...SENDERS[sender].body.parse(JSON.parse(body)) };
}

/** Another event of Clerk's with the same version of the user. */
export function sentAgain({ id, body }: WebhookEvent): WebhookEvent {
  const event = z.looseObject({}).parse(JSON.parse(body));
  return readEvent("clerk", `${id}_again`, JSON.stringify({ ...event, type: "user.updated" }));
}

/** A delivery that is sent now: its path, and the request. */
export async function signedRequest({ sender, id, body }: WebhookEvent, secret: string) {
  const now = new Date();
  const timestamp = Math.floor(now.getTime() / 1000);
  const stripe = { payload: body, secret, timestamp };
  const signature: Record<string, string> =
    sender === "stripe"
      ? { "stripe-signature": await Stripe.webhooks.generateTestHeaderStringAsync(stripe) }
      : {
          "svix-id": id,
          "svix-timestamp": String(timestamp),
          "svix-signature": new Webhook(secret).sign(id, now, body),
        };
  const headers = { "content-type": "application/json", ...signature };
  return { path: SENDERS[sender].path, request: { method: "POST", body, headers } };
}
