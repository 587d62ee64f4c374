/** Clerk's Backend API: the calls used here, each with a timeout and our own errors. */
import { createClerkClient } from "@clerk/backend";
import { isClerkAPIResponseError } from "@clerk/backend/errors";
import { env } from "../lib/env";
import { quaverError } from "../lib/errors";
import { readClerkUser } from "./clerkEvents";
import type { ClerkUser } from "./tables";

const TIMEOUT_MS = 15_000; // Clerk's client itself has no timeout

/**
 * A user, as Clerk knows them now.
 *
 * @throws `UNAUTHENTICATED` when Clerk has no such user, `CLERK_UNAVAILABLE`
 */
export async function fetchClerkUser(clerkId: string): Promise<ClerkUser> {
  const answer = await ask("fetch a user", (users) => users.getUser(clerkId));
  if (answer === null) throw quaverError("UNAUTHENTICATED");
  const user = readClerkUser(answer.raw);
  if (user?.id !== clerkId) throw quaverError("CLERK_UNAVAILABLE", { retryable: true });
  return user;
}

/**
 * Is there such a user at Clerk?
 *
 * @throws `CLERK_UNAVAILABLE`
 */
export async function existsAtClerk(clerkId: string): Promise<boolean> {
  return (await ask("find a user", (users) => users.getUser(clerkId))) !== null;
}

/**
 * Deletes a user at Clerk. One who is not there counts as deleted.
 *
 * @throws `CLERK_UNAVAILABLE`
 */
export async function deleteClerkUser(clerkId: string): Promise<void> {
  await ask("delete a user", (users) => users.deleteUser(clerkId));
}

type Users = ReturnType<typeof createClerkClient>["users"];

/** Makes one call; null when Clerk says that there is no such user. */
async function ask<Answer>(
  what: string,
  call: (users: Users) => Promise<Answer>,
): Promise<Answer | null> {
  const secretKey = env.CLERK_SECRET_KEY;
  if (!secretKey) {
    console.error("CLERK_SECRET_KEY is not set: no user can be fetched or deleted until it is.");
    throw quaverError("CLERK_UNAVAILABLE", { retryable: false });
  }
  const apiUrl = env.CLERK_API_URL;
  const { users } = createClerkClient(apiUrl ? { secretKey, apiUrl } : { secretKey });
  try {
    return await within(TIMEOUT_MS, call(users));
  } catch (error) {
    const status = isClerkAPIResponseError(error) ? error.status : undefined;
    if (status === 404) return null;
    console.error(`Clerk did not ${what} (status ${String(status ?? "unknown")}).`);
    throw quaverError("CLERK_UNAVAILABLE", { retryable: isTransient(status) });
  }
}

/** Without a status there was no answer, or one that can't be understood. */
function isTransient(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("Clerk did not answer in time."));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
