/** Users in these suites: known to Clerk, announced by really signed webhooks. */
import { Webhook } from "svix";
import { ENVIRONMENT, type TestBackend } from "./setup.ts";

/** A Clerk user as Clerk's webhook sends it, metadata and all. */
export function aClerkUser(overrides: Record<string, unknown> = {}) {
  return {
    id: "user_ada",
    object: "user",
    first_name: "Ada",
    last_name: null,
    username: null,
    image_url: "https://img.clerk.test/ada",
    email_addresses: [
      {
        id: "idn_1",
        object: "email_address",
        email_address: "ada@example.com",
        verification: { status: "verified" },
        linked_to: [],
      },
    ],
    primary_email_address_id: "idn_1",
    phone_numbers: [],
    public_metadata: {},
    private_metadata: { salary: 1 },
    created_at: 1_000,
    updated_at: 1_000,
    ...overrides,
  };
}

/** One of Clerk's events. */
export function aClerkEvent(type: string, data: unknown) {
  return { type, object: "event", data, timestamp: 5_000, instance_id: "ins_1" };
}

let deliveries = 0;

/** Headers that sign a body as Svix does, with the right secret unless another is given. */
export function svixHeaders(
  body: string,
  { secret, at = new Date() }: { secret?: string; at?: Date } = {},
): Record<string, string> {
  const id = `msg_${String(++deliveries)}`;
  return {
    "svix-id": id,
    "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
    "svix-signature": new Webhook(secret ?? ENVIRONMENT.CLERK_WEBHOOK_SECRET).sign(id, at, body),
  };
}

/** Delivers an event as Clerk would, and returns the answer. */
export async function deliver(t: TestBackend, type: string, data: unknown): Promise<Response> {
  const body = JSON.stringify(aClerkEvent(type, data));
  return await t.fetch("/clerk-users-webhook", {
    method: "POST",
    body,
    headers: svixHeaders(body),
  });
}

/** Makes a user by the webhook, and returns calls in their name. */
export async function signUp(t: TestBackend, firstName = "Ada") {
  const id = `user_${firstName.toLowerCase()}`;
  await deliver(t, "user.created", aClerkUser({ id, first_name: firstName }));
  return t.withIdentity({ subject: id, issuer: ENVIRONMENT.CLERK_JWT_ISSUER_DOMAIN });
}

/** What `signUp` returns. */
export type SignedInUser = Awaited<ReturnType<typeof signUp>>;
