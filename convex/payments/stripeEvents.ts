/** Stripe's webhook events, read loosely: what each is about. What it says of it is not believed. */
import * as z from "zod/mini";
import type { Subject } from "./sync";

const reference = z.nullish(z.union([z.string(), z.object({ id: z.string() })]));

const envelope = z.object({
  id: z.string().check(z.minLength(1)),
  type: z.string(),
  data: z.object({
    object: z.looseObject({ id: z.nullish(z.string()), subscription: z.optional(z.unknown()) }),
  }),
});

/** A delivery: which it is, and the things that there is news of. */
export interface StripeEvent {
  id: string;
  subjects: Subject[];
}

/**
 * Reads a delivery.
 *
 * @param payload - the parsed body, of a verified signature
 * @returns null when it is not an event. One that means nothing here has no subjects.
 */
export function readStripeEvent(payload: unknown): StripeEvent | null {
  const event = envelope.safeParse(payload).data;
  if (event === undefined) return null;
  const { object } = event.data;
  const kind = kindOf(event.type);
  // An upcoming invoice has no id: there is nothing to read yet.
  if (kind === null || !object.id) return { id: event.id, subjects: [] };
  const subjects: Subject[] = [{ kind, id: object.id }];
  // A checkout is done when there is a subscription: no need to wait for that one's own event.
  const subscription = kind === "checkout" ? subscriptionOf(object.subscription) : null;
  if (subscription !== null) subjects.push({ kind: "subscription", id: subscription });
  return { id: event.id, subjects };
}

function kindOf(type: string): Subject["kind"] | null {
  if (type.startsWith("customer.subscription.")) return "subscription";
  if (["customer.created", "customer.updated", "customer.deleted"].includes(type))
    return "customer";
  if (type.startsWith("invoice.")) return "invoice";
  if (type === "payment_intent.succeeded") return "payment";
  if (type === "checkout.session.completed") return "checkout";
  return null;
}

function subscriptionOf(value: unknown): string | null {
  const found = reference.safeParse(value).data ?? null;
  return found === null || typeof found === "string" ? found : found.id;
}
