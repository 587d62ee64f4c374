/** The tables of users: who exists, and who has been deleted. */
import { literals, systemFields } from "convex-helpers/validators";
import { defineTable } from "convex/server";
import { v, type Infer } from "convex/values";

/**
 * The part of Clerk's user object that is kept, in Clerk's own field names. Metadata is left out:
 * `private_metadata` is in every webhook payload and must not be stored.
 */
export const clerkUser = v.object({
  id: v.string(),
  first_name: v.nullable(v.string()),
  last_name: v.nullable(v.string()),
  username: v.nullable(v.string()),
  image_url: v.nullable(v.string()),
  email_addresses: v.array(v.object({ id: v.string(), email_address: v.string() })),
  primary_email_address_id: v.nullable(v.string()),
  created_at: v.number(), // ms since the epoch
  updated_at: v.number(), // ms since the epoch; the watermark: a smaller one never overwrites
});

/** A Clerk user as it is kept. */
export type ClerkUser = Infer<typeof clerkUser>;

const userFields = { clerkUser };

/** A whole user document, as its owner reads it. */
export const userDoc = v.object({ ...userFields, ...systemFields("users") });

const tombstoneFields = {
  clerkId: v.string(),
  deletedAt: v.number(), // ms since the epoch, when the deletion was handled here
  // The row that the user had; present until everything that hung on it is gone.
  userId: v.optional(v.id("users")),
  state: literals("removing", "removed"), // "removing" exactly while there is a `userId`
};

/** For the schema. */
export const authTables = {
  /**
   * One row per user known to Clerk.
   * Written by `auth/sync.ts`, for the Clerk webhook and `syncCurrentUser`. Read on every call, to
   * find the caller. Deleted once Clerk's account is (`user.deleted`, `deleteUser`), which leaves a
   * row in `deletedClerkUsers` in the same transaction.
   */
  users: defineTable(userFields)
    // From a token's subject, or a webhook's user, to the row.
    .index("by_clerk_id", ["clerkUser.id"]),

  /**
   * Tombstones: Clerk ids whose deletion has been seen. Clerk delivers late, twice and out of
   * order; an update that arrives after the deletion must not bring the user back. A tombstone
   * also says that the removal of what the user had is to be resumed when it was interrupted.
   * Written by `auth/sync.ts` (insert) and `auth/deletion.ts` (state). Read before each upsert, and
   * by the removal. Deleted by `deletion.expireTombstones`, which says when.
   */
  deletedClerkUsers: defineTable(tombstoneFields)
    // Has this Clerk user been deleted?
    .index("by_clerk_id", ["clerkId"])
    // Removals to take up again, and tombstones to expire, oldest first.
    .index("by_state", ["state", "deletedAt"]),
};
