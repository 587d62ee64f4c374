/** Stripe's webhook events, read loosely: which objects each is about. What it says of them is not used. */
import * as z from "zod/mini";
import type { ObjectReference } from "./objects";

const reference = z.nullish(z.union([z.string(), z.object({ id: z.string() })]));

const envelope = z.object({
  id: z.string().check(z.minLength(1)),
  type: z.string(),
  data: z.object({
    object: z.looseObject({ id: z.nullish(z.string()), subscription: z.optional(z.unknown()) }),
  }),
});

/** A delivery: the event's id, and the objects to read again. */
export interface StripeEvent {
  id: string;
  objects: ObjectReference[];
}

/**
 * Reads a delivery.
 *
 * @param payload - the parsed body, of a verified signature
 * @returns null when it is not an event. One that means nothing here has no objects.
 */
export function readStripeEvent(payload: unknown): StripeEvent | null {
  const event = envelope.safeParse(payload).data;
  if (event === undefined) return null;
  const { object } = event.data;
  const found = referenceTo(event.type, object);
  return { id: event.id, objects: found === null ? [] : [found] };
}

function referenceTo(
  type: string,
  object: z.infer<typeof envelope>["data"]["object"],
): ObjectReference | null {
  if (type === "checkout.session.completed") {
    // Its subscription's own event follows, but the buyer is waiting.
    const id = idOf(object.subscription);
    return id === null ? null : { kind: "subscription", id };
  }
  const kind = kindOf(type);
  // An upcoming invoice has no id: there is nothing to read yet.
  return kind === null || !object.id ? null : { kind, id: object.id };
}

function kindOf(type: string): ObjectReference["kind"] | null {
  if (type.startsWith("customer.subscription.")) return "subscription";
  if (["customer.created", "customer.updated", "customer.deleted"].includes(type))
    return "customer";
  if (type.startsWith("invoice.")) return "invoice";
  if (type === "payment_intent.succeeded") return "payment";
  return null;
}

function idOf(value: unknown): string | null {
  const found = reference.safeParse(value).data ?? null;
  return found === null || typeof found === "string" ? found : found.id;
}
