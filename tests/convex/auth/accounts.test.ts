/** Users who come before their webhook, and users who leave. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { refusal } from "../../contract/backend.ts";
import { FakeClerk, type ClerkFault } from "../support/fakeClerk.ts";
import { DOWN } from "../support/fakeDaytona.ts";
import { aClerkUser, deliver, signUp } from "../support/users.ts";
import { aBackend, daytona, settle, type TestBackend } from "../support/setup.ts";
import { aProject, dump, rowOf, storeProject } from "../support/builders.ts";

const { syncCurrentUser, deleteUser, currentUser } = api.auth.users;
const { resumeRemovals, expireTombstones, removeUserData } = internal.auth.deletion;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

let clerk: FakeClerk;
beforeEach(() => {
  clerk = new FakeClerk();
  vi.spyOn(console, "error").mockReturnValue();
});

/** Ways for Clerk to fail, and whether trying again can help. */
const FAULTS: [string, ClerkFault, boolean][] = [
  ["a 500", { status: 500 }, true],
  ["a 503", { status: 503 }, true],
  ["a 429", { status: 429 }, true],
  ["a 401", { status: 401 }, false],
  ["a 403", { status: 403 }, false],
  ["a lost connection", "drop", true],
];

async function aSignedUpPerson() {
  const t = aBackend();
  const ada = await signUp(t);
  clerk.users.set("user_ada", aClerkUser());
  return { t, ada, userId: (await rowOf(ada))._id };
}

/** Runs what is due in the next minutes: the check that `deleteUser` orders too. */
async function later(t: TestBackend): Promise<void> {
  await settle(t, 5_000);
}

describe("a user whose webhook is late", () => {
  function aNewUser() {
    const t = aBackend();
    clerk.users.set("user_ada", aClerkUser());
    return { t, ada: t.withIdentity({ subject: "user_ada" }) };
  }

  test("is fetched from Clerk, without their metadata", async () => {
    const { t, ada } = aNewUser();
    const user = await ada.action(syncCurrentUser, {});
    expect(user.clerkUser).toMatchObject({ id: "user_ada", first_name: "Ada", updated_at: 1_000 });
    expect(user.clerkUser).not.toHaveProperty("private_metadata");
    expect(await ada.query(currentUser, {})).toEqual(user);
    expect(clerk.calls).toEqual(["GET https://api.clerk.com/v1/users/user_ada"]);
    expect((await dump(t)).users).toHaveLength(1);
  });

  test("is fetched from where the environment says", async () => {
    vi.stubEnv("CLERK_API_URL", "http://127.0.0.1:3212");
    const { ada } = aNewUser();
    await ada.action(syncCurrentUser, {});
    expect(clerk.calls).toEqual(["GET http://127.0.0.1:3212/v1/users/user_ada"]);
  });

  test("has one row, with the newest data, in any order of webhook and sync", async () => {
    const { t, ada } = aNewUser();
    await deliver(t, "user.created", aClerkUser({ first_name: "Augusta", updated_at: 3_000 }));
    await ada.action(syncCurrentUser, {});
    expect((await rowOf(ada)).clerkUser.first_name).toBe("Augusta");
    clerk.users.set("user_ada", aClerkUser({ first_name: "Adele", updated_at: 4_000 }));
    await ada.action(syncCurrentUser, {});
    await deliver(t, "user.created", aClerkUser());
    const { users } = await dump(t);
    expect(users.map(({ clerkUser }) => clerkUser.first_name)).toEqual(["Adele"]);
  });

  test("a deleted user is not inserted again, and Clerk is not called", async () => {
    const { t, ada } = aNewUser();
    await deliver(t, "user.deleted", { id: "user_ada", deleted: true });
    expect((await refusal(ada.action(syncCurrentUser, {}))).code).toBe("UNAUTHENTICATED");
    expect((await dump(t)).users).toEqual([]);
    expect(clerk.calls).toEqual([]);
  });

  test("a user who is deleted during the call is not inserted again", async () => {
    const { t, ada } = aNewUser();
    await ada.mutation(internal.auth.sync.beginSync, {});
    await deliver(t, "user.deleted", { id: "user_ada", deleted: true });
    const { upsertUser } = internal.auth.sync;
    const [stale] = [aClerkUser({ updated_at: 9_000 })];
    const { id, first_name, last_name, username, image_url } = stale;
    const clerkUser = {
      ...{ id, first_name, last_name, username, image_url },
      email_addresses: [],
      primary_email_address_id: null,
      created_at: 1,
      updated_at: 9_000,
    };
    await t.mutation(upsertUser, { clerkUser });
    expect((await dump(t)).users).toEqual([]);
  });

  test("a user whom Clerk does not have is refused as UNAUTHENTICATED", async () => {
    const { ada } = aNewUser();
    clerk.users.clear();
    expect((await refusal(ada.action(syncCurrentUser, {}))).code).toBe("UNAUTHENTICATED");
  });

  test("needs a token", async () => {
    const { t } = aNewUser();
    expect((await refusal(t.action(syncCurrentUser, {}))).code).toBe("UNAUTHENTICATED");
    expect(clerk.calls).toEqual([]);
  });

  const answers: typeof FAULTS = [
    ...FAULTS,
    ["another user", { status: 200, body: aClerkUser({ id: "user_eve" }) }, true],
    ["no user", { status: 200, body: {} }, true],
    ["no object", { status: 200, body: "fine" }, true],
  ];
  test.for(answers)("is refused when Clerk answers %s", async ([, fault, retryable]) => {
    const { t, ada } = aNewUser();
    clerk.fail(fault);
    const data = await refusal(ada.action(syncCurrentUser, {}));
    expect(data).toMatchObject({ code: "CLERK_UNAVAILABLE", retryable });
    expect((await dump(t)).users).toEqual([]);
  });

  test("times out", async () => {
    const { ada } = aNewUser();
    clerk.fail("hang");
    const answer = refusal(ada.action(syncCurrentUser, {}));
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await answer).toMatchObject({ code: "CLERK_UNAVAILABLE", retryable: true });
  });

  test("is rate limited", async () => {
    const { ada } = aNewUser();
    for (let i = 0; i < 5; i++) await ada.action(syncCurrentUser, {});
    expect((await refusal(ada.action(syncCurrentUser, {}))).code).toBe("RATE_LIMITED");
  });

  test("is refused on a deployment without Clerk's key, and the log names the variable", async () => {
    vi.stubEnv("CLERK_SECRET_KEY", undefined);
    const { ada } = aNewUser();
    const data = await refusal(ada.action(syncCurrentUser, {}));
    expect(data).toMatchObject({ code: "CLERK_UNAVAILABLE", retryable: false });
    expect(vi.mocked(console.error).mock.calls.join("\n")).toContain("CLERK_SECRET_KEY");
  });
});

describe("a user who deletes their account", () => {
  test("is deleted at Clerk and here, with everything of theirs; other users stay", async () => {
    const { t, ada } = await aSignedUpPerson();
    const bob = await signUp(t, "Bob");
    await aProject(t, ada);
    const kept = await aProject(t, bob);
    expect(await ada.action(deleteUser, {})).toEqual({ success: true });
    expect(clerk.users.size).toBe(0);
    expect(await ada.query(currentUser, {})).toBeNull();
    await later(t);
    const { users, projects, messages, deletedClerkUsers } = await dump(t);
    expect(users.map(({ clerkUser }) => clerkUser.id)).toEqual(["user_bob"]);
    expect(projects.map(({ _id }) => _id)).toEqual([kept.projectId]);
    expect(messages.map(({ _id }) => _id)).toEqual([kept.messageId]);
    expect([...daytona.sandboxes.keys()]).toEqual([kept.sandboxId]);
    expect(deletedClerkUsers).toMatchObject([{ clerkId: "user_ada", state: "removed" }]);
    expect(deletedClerkUsers[0]).not.toHaveProperty("userId");
  });

  test("who is deleted at Clerk already is deleted here", async () => {
    const { t, ada } = await aSignedUpPerson();
    clerk.users.clear();
    await ada.action(deleteUser, {});
    expect((await dump(t)).users).toEqual([]);
  });

  test("is deleted once, although the webhook arrives too", async () => {
    const { t, ada } = await aSignedUpPerson();
    await ada.action(deleteUser, {});
    await deliver(t, "user.deleted", { id: "user_ada", deleted: true });
    await deliver(t, "user.updated", aClerkUser({ updated_at: 9_000 }));
    await later(t);
    const { users, deletedClerkUsers } = await dump(t);
    expect(users).toEqual([]);
    expect(deletedClerkUsers).toHaveLength(1);
    expect((await refusal(ada.action(deleteUser, {}))).code).toBe("USER_NOT_SYNCED");
  });

  test.for(FAULTS)("is unchanged when Clerk answers %s", async ([, fault, retryable]) => {
    const { t, ada } = await aSignedUpPerson();
    await aProject(t, ada);
    const before = await dump(t);
    clerk.fail(fault);
    const data = await refusal(ada.action(deleteUser, {}));
    expect(data).toMatchObject({ code: "CLERK_UNAVAILABLE", retryable });
    expect(JSON.stringify(data)).not.toContain("secret");
    await later(t);
    expect(await dump(t)).toEqual(before);
    await ada.action(deleteUser, {});
    expect((await dump(t)).users).toEqual([]);
  });

  test.for(["the answer is lost", "the process dies"])(
    "at Clerk, when %s, is deleted here soon after, whatever fails meanwhile",
    async (what) => {
      const { t, ada, userId } = await aSignedUpPerson();
      await aProject(t, ada);
      if (what === "the answer is lost") {
        clerk.fail("lost");
        await refusal(ada.action(deleteUser, {}));
      } else {
        await t.mutation(internal.auth.deletion.scheduleDeletionCheck, { userId });
        clerk.users.clear();
      }
      expect((await dump(t)).users).toHaveLength(1);
      clerk.fail({ status: 500 }, "drop");
      await later(t);
      const { users, projects, messages } = await dump(t);
      expect([users, projects, messages]).toEqual([[], [], []]);
      expect(daytona.sandboxes.size).toBe(0);
    },
  );

  test("with many projects is deleted in bounded steps", async () => {
    const { t, ada, userId } = await aSignedUpPerson();
    for (let i = 0; i < 45; i++) await storeProject(t, userId);
    await ada.action(deleteUser, {});
    await later(t);
    expect((await dump(t)).projects).toEqual([]);
  });

  test("leaves no sandbox, although Daytona is down for a while", async () => {
    const { t, ada } = await aSignedUpPerson();
    await aProject(t, ada);
    daytona.fail("delete", DOWN, 5);
    await ada.action(deleteUser, {});
    await settle(t, 60_000);
    expect(daytona.faultsLeft).toBe(0);
    expect(daytona.sandboxes.size).toBe(0);
  });
});

describe("a removal that was interrupted", () => {
  /** A tombstone whose job is lost, as when the workpool has given up. */
  async function aLostRemoval() {
    const { t, ada, userId } = await aSignedUpPerson();
    await aProject(t, ada);
    const tombstoneId = await t.run(async ({ db }) => {
      await db.delete("users", userId);
      return await db.insert("deletedClerkUsers", {
        clerkId: "user_ada",
        deletedAt: Date.now(),
        userId,
        state: "removing",
      });
    });
    return { t, tombstoneId };
  }

  test("is resumed once the workpool must have given up", async () => {
    const { t } = await aLostRemoval();
    await t.mutation(resumeRemovals, {});
    await later(t);
    expect((await dump(t)).projects).toHaveLength(1);
    vi.advanceTimersByTime(4 * HOUR + 1);
    await t.mutation(resumeRemovals, {});
    await later(t);
    const { projects, messages, deletedClerkUsers } = await dump(t);
    expect([projects, messages]).toEqual([[], []]);
    expect(deletedClerkUsers).toMatchObject([{ state: "removed" }]);
    expect(daytona.sandboxes.size).toBe(0);
  });

  test("is resumed at once by a forced sweep", async () => {
    const { t } = await aLostRemoval();
    await t.mutation(internal.projects.reconcile.sweep.sweepRunning, {});
    await settle(t);
    expect((await dump(t)).deletedClerkUsers).toMatchObject([{ state: "removing" }]);
    await t.mutation(internal.projects.reconcile.sweep.sweepRunning, { force: true });
    await settle(t);
    const { projects, deletedClerkUsers } = await dump(t);
    expect(projects).toEqual([]);
    expect(deletedClerkUsers).toMatchObject([{ state: "removed" }]);
  });

  test("is resumed one user after the other, although one removal fails", async () => {
    const { t } = await aLostRemoval();
    const { _id: userId } = await rowOf(await signUp(t, "Bob"));
    const bobs = await t.run(async ({ db }) => {
      await db.insert("stripeCustomers", { userId, stripeCustomerId: "cus_bob" });
      await db.delete("users", userId);
      const tombstone = { clerkId: "user_bob", deletedAt: 0, userId, state: "removing" } as const;
      return await db.insert("deletedClerkUsers", tombstone);
    });
    vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_only");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Stripe is away")));
    await t.mutation(resumeRemovals, { force: true });
    const ordered = () =>
      t.run(async ({ db }) => {
        const jobs = await db.system.query("_scheduled_functions").collect();
        return jobs.filter(({ state }) => state.kind === "pending");
      });
    expect(await ordered()).toHaveLength(1);
    await settle(t);
    const { deletedClerkUsers } = await dump(t);
    expect(deletedClerkUsers.find(({ _id }) => _id === bobs)?.state).toBe("removing");
    expect(deletedClerkUsers.find(({ _id }) => _id !== bobs)?.state).toBe("removed");
  });

  test("may run any number of times, also when it is complete", async () => {
    const { t, tombstoneId } = await aLostRemoval();
    for (let i = 0; i < 3; i++) await t.action(removeUserData, { tombstoneId });
    await later(t);
    const { projects, deletedClerkUsers } = await dump(t);
    expect(projects).toEqual([]);
    expect(deletedClerkUsers).toMatchObject([{ state: "removed" }]);
    await t.run(({ db }) => db.delete("deletedClerkUsers", tombstoneId));
    await t.action(removeUserData, { tombstoneId });
    await t.mutation(internal.auth.deletion.finishRemoval, { tombstoneId });
  });
});

describe("tombstones", () => {
  async function tombstones(t: TestBackend, count: number, state: "removing" | "removed") {
    const userId = (await rowOf(await signUp(t, "Bob")))._id;
    await t.run(async ({ db }) => {
      for (let i = 0; i < count; i++) {
        await db.insert("deletedClerkUsers", {
          clerkId: `user_${String(i)}`,
          deletedAt: Date.now(),
          state,
          ...(state === "removing" && { userId }),
        });
      }
    });
  }
  const left = async (t: TestBackend) => (await dump(t)).deletedClerkUsers.length;

  test("expire once no delivery can bring the user back, in bounded steps", async () => {
    const t = aBackend();
    await tombstones(t, 250, "removed");
    vi.advanceTimersByTime(91 * DAY);
    await t.mutation(expireTombstones, {});
    expect(await left(t)).toBe(250);
    vi.advanceTimersByTime(1);
    await t.mutation(expireTombstones, {});
    expect(await left(t)).toBe(150);
    await settle(t);
    expect(await left(t)).toBe(0);
  });

  test("stay until everything is removed", async () => {
    const t = aBackend();
    await tombstones(t, 1, "removing");
    vi.advanceTimersByTime(365 * DAY);
    await t.mutation(expireTombstones, {});
    expect(await left(t)).toBe(1);
  });
});
