/**
 * Clerk's webhook events, read loosely: Clerk adds fields, its samples lack required ones, and
 * the only fields worth refusing over are those without which nothing can be done.
 */
// `zod/mini` is the same zod in functions that a bundler can leave out: 30 kB instead of 600.
import * as z from "zod/mini";
import type { ClerkUser } from "./tables";

const text = z.nullish(z.string());
const time = z.nullish(z.number()); // ms since the epoch

const clerkUserData = z.object({
  id: z.string().check(z.minLength(1)),
  first_name: text,
  last_name: text,
  username: text,
  image_url: text,
  email_addresses: z.nullish(z.array(z.object({ id: z.string(), email_address: z.string() }))),
  primary_email_address_id: text,
  created_at: time,
  updated_at: time,
});

const deletedData = z.pick(clerkUserData, { id: true });

const envelope = z.object({ type: z.string(), timestamp: time, data: z.unknown() });

/** What a verified delivery asks for. */
export type ClerkEvent =
  | { kind: "upsert"; clerkUser: ClerkUser }
  | { kind: "delete"; clerkId: string }
  | { kind: "ignore"; type: string };

/**
 * Reads a delivery's JSON.
 *
 * @param payload - the parsed body, of a verified signature
 * @returns what to do; null when it is not an event, or a user event without its user
 */
export function readClerkEvent(payload: unknown): ClerkEvent | null {
  const event = envelope.safeParse(payload).data;
  if (event === undefined) return null;
  switch (event.type) {
    case "user.created":
    case "user.updated": {
      const user = clerkUserData.safeParse(event.data).data;
      return user ? { kind: "upsert", clerkUser: toClerkUser(user, event.timestamp ?? 0) } : null;
    }
    case "user.deleted": {
      const user = deletedData.safeParse(event.data).data;
      return user ? { kind: "delete", clerkId: user.id } : null;
    }
    default:
      return { kind: "ignore", type: event.type };
  }
}

/**
 * Reads a user as Clerk's API describes it.
 *
 * @param json - the answer's JSON
 * @returns null when it is no user
 */
export function readClerkUser(json: unknown): ClerkUser | null {
  const user = clerkUserData.safeParse(json).data;
  return user ? toClerkUser(user, 0) : null;
}

/** What is missing becomes null; a missing time, the event's own, so that there is a watermark. */
function toClerkUser(user: z.infer<typeof clerkUserData>, eventTime: number): ClerkUser {
  const updated_at = user.updated_at ?? eventTime;
  return {
    id: user.id,
    first_name: user.first_name ?? null,
    last_name: user.last_name ?? null,
    username: user.username ?? null,
    image_url: user.image_url ?? null,
    email_addresses: user.email_addresses ?? [],
    primary_email_address_id: user.primary_email_address_id ?? null,
    created_at: user.created_at ?? updated_at,
    updated_at,
  };
}
