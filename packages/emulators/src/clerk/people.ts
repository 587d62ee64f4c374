import { randomBytes } from "node:crypto";
import type { EmailAddressJSON, UserJSON, VerificationJSON } from "@clerk/backend";
import { z } from "zod";

/** A person as the emulator keeps them; Clerk's user object is made from it when asked. */
export const personSchema = z.object({
  id: z.string(),
  emailId: z.string(),
  email: z.string(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  username: z.string().nullable(),
  externalId: z.string().nullable(),
  sessionId: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});

/** See `personSchema`; times are epoch milliseconds. */
export type Person = z.infer<typeof personSchema>;

const name = z.string().trim().min(1).max(256).nullish();

/** Body of `POST /sign-ups`. */
export const signUpSchema = z.object({
  email: z.email().max(254),
  first_name: name,
  last_name: name,
});

/** Body of `PATCH /v1/users/:id`: what of Clerk's parameters the emulator can change. */
export const updateSchema = z.strictObject({
  first_name: name,
  last_name: name,
  username: name,
  external_id: name,
});

/** An id as Clerk makes them: a prefix that names the kind, and 27 characters. */
export function clerkId(prefix: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const letters = [...randomBytes(27)].map((byte) => alphabet[byte % alphabet.length] ?? "0");
  return `${prefix}_${letters.join("")}`;
}

/** A new person, as of `now` (epoch milliseconds). */
export function newPerson(input: z.infer<typeof signUpSchema>, now: number): Person {
  return {
    id: clerkId("user"),
    emailId: clerkId("idn"),
    email: input.email.toLowerCase(),
    firstName: input.first_name ?? null,
    lastName: input.last_name ?? null,
    username: null,
    externalId: null,
    sessionId: clerkId("sess"),
    createdAt: now,
    updatedAt: now,
  };
}

/** The person with the given fields changed; `updated_at` always moves on, being the watermark. */
export function updatedPerson(
  person: Person,
  input: z.infer<typeof updateSchema>,
  now: number,
): Person {
  const { first_name = person.firstName, last_name = person.lastName } = input;
  const { username = person.username, external_id = person.externalId } = input;
  return {
    ...person,
    firstName: first_name,
    lastName: last_name,
    username,
    externalId: external_id,
    updatedAt: Math.max(now, person.updatedAt + 1),
  };
}

/** The person as Clerk's API and webhooks show them. */
export function toUserJson(person: Person): UserJSON {
  return {
    id: person.id,
    object: "user",
    username: person.username,
    first_name: person.firstName,
    last_name: person.lastName,
    image_url: `https://img.clerk.com/${person.id}`,
    has_image: false,
    primary_email_address_id: person.emailId,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    password_enabled: true,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: [emailAddressJson(person)],
    phone_numbers: [],
    web3_wallets: [],
    organization_memberships: null,
    external_accounts: [],
    enterprise_accounts: [],
    password_last_updated_at: person.createdAt,
    public_metadata: {},
    private_metadata: {},
    unsafe_metadata: {},
    external_id: person.externalId,
    last_sign_in_at: null,
    banned: false,
    locked: false,
    deprovisioned: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
    last_active_at: null,
    create_organization_enabled: true,
    create_organizations_limit: null,
    delete_self_enabled: true,
    legal_accepted_at: null,
    locale: null,
    timezone: null,
  };
}

function emailAddressJson(person: Person): EmailAddressJSON {
  const verification = {
    id: person.emailId,
    object: "verification_ticket",
    status: "verified",
    strategy: "ticket",
    attempts: null,
    expire_at: null,
  };
  return {
    id: person.emailId,
    object: "email_address",
    email_address: person.email,
    // Clerk sends this `object`, but the SDK's ObjectType doesn't list it.
    verification: verification as unknown as VerificationJSON,
    linked_to: [],
  };
}
