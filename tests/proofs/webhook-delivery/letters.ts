/** Webhook events as the post has them. */
import { z } from "zod";
import type { Sender } from "./history.ts";

/** An event, which may be delivered any number of times. */
export interface Letter {
  sender: Sender;
  /** The same in every delivery: Svix's message id, Stripe's event id. */
  id: string;
  body: string;
  /** What has happened, in the sender's word. */
  type: string;
  /** The id of whom or what it has happened to. */
  about: string;
}

const clerkEvent = z.looseObject({ type: z.string(), data: z.looseObject({ id: z.string() }) });
const stripeEvent = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({ object: z.object({ id: z.string() }) }),
});
const daytonaEvent = z.object({ event: z.string(), id: z.string() });

/**
 * Reads what a sender posts.
 *
 * @param id of the delivery, of which Stripe has none of its own
 */
export function readLetter(sender: Sender, id: string, body: string): Letter {
  const json: unknown = JSON.parse(body);
  switch (sender) {
    case "clerk": {
      const { type, data } = clerkEvent.parse(json);
      return { sender, id, body, type, about: data.id };
    }
    case "stripe": {
      const { id: eventId, type, data } = stripeEvent.parse(json);
      return { sender, id: eventId, body, type, about: data.object.id };
    }
    case "daytona": {
      const { event, id: about } = daytonaEvent.parse(json);
      return { sender, id, body, type: event, about };
    }
  }
}

/** The same news of a person by an event of its own. */
export function retold(letter: Letter, id: string): Letter {
  const type = "user.updated";
  const body = JSON.stringify({ ...clerkEvent.parse(JSON.parse(letter.body)), type });
  return { ...letter, id, body, type };
}

/** The `updated_at` of the person that an event of Clerk's describes; null of a deletion. */
export function versionIn(letter: Letter): number | null {
  const { data } = clerkEvent.parse(JSON.parse(letter.body));
  return typeof data.updated_at === "number" ? data.updated_at : null;
}
