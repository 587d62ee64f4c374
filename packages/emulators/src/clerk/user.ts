import { randomBytes } from "node:crypto";
import type { EmailAddressJSON, UserJSON, VerificationJSON } from "@clerk/backend";
import { z } from "zod";

/** A user, as the emulator stores it. Times are epoch milliseconds. */
export const userSchema = z.object({
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

export type User = z.infer<typeof userSchema>;

const name = z.string().trim().min(1).max(256).nullish();

/** Body of `POST /sign-ups`. */
export const signUpSchema = z.object({
  email: z.email().max(254),
  first_name: name,
  last_name: name,
});

/** Body of `PATCH /v1/users/:id`: those of Clerk's parameters that the emulator supports. */
export const updateSchema = z.strictObject({
  first_name: name,
  last_name: name,
  username: name,
  external_id: name,
});

/** An id in Clerk's format: a prefix that names the kind, and 27 characters. */
export function clerkId(prefix: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const letters = [...randomBytes(27)].map((byte) => alphabet[byte % alphabet.length] ?? "0");
  return `${prefix}_${letters.join("")}`;
}

/** A new user, created at `now` (epoch milliseconds). */
export function newUser(input: z.infer<typeof signUpSchema>, now: number): User {
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

/** The user with some fields changed. `updatedAt` always increases, as receivers of webhooks order by it. */
export function updatedUser(user: User, input: z.infer<typeof updateSchema>, now: number): User {
  const { first_name = user.firstName, last_name = user.lastName } = input;
  const { username = user.username, external_id = user.externalId } = input;
  return {
    ...user,
    firstName: first_name,
    lastName: last_name,
    username,
    externalId: external_id,
    updatedAt: Math.max(now, user.updatedAt + 1),
  };
}

/** The user as in Clerk's API and webhooks. */
export function toUserJson(user: User): UserJSON {
  return {
    id: user.id,
    object: "user",
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: `https://img.clerk.com/${user.id}`,
    has_image: false,
    primary_email_address_id: user.emailId,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    password_enabled: true,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: [emailAddressJson(user)],
    phone_numbers: [],
    web3_wallets: [],
    organization_memberships: null,
    external_accounts: [],
    enterprise_accounts: [],
    password_last_updated_at: user.createdAt,
    public_metadata: {},
    private_metadata: {},
    unsafe_metadata: {},
    external_id: user.externalId,
    last_sign_in_at: null,
    banned: false,
    locked: false,
    deprovisioned: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_active_at: null,
    create_organization_enabled: true,
    create_organizations_limit: null,
    delete_self_enabled: true,
    legal_accepted_at: null,
    locale: null,
    timezone: null,
  };
}

function emailAddressJson(user: User): EmailAddressJSON {
  const verification = {
    id: user.emailId,
    object: "verification_ticket",
    status: "verified",
    strategy: "ticket",
    attempts: null,
    expire_at: null,
  };
  return {
    id: user.emailId,
    object: "email_address",
    email_address: user.email,
    // Clerk sends this `object`, but the SDK's ObjectType doesn't list it.
    verification: verification as unknown as VerificationJSON,
    linked_to: [],
  };
}
