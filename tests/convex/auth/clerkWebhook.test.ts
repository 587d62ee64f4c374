/** Clerk's webhook: late, twice, out of order, forged, oversize, and before it is configured. */
import { describe, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { aClerkEvent, aClerkUser, deliver, signUp, svixHeaders } from "../support/users.ts";
import {
  aBackend,
  daytona,
  ENVIRONMENT,
  NOON,
  settle,
  type TestBackend,
} from "../support/setup.ts";
import { aProject, dump } from "../support/builders.ts";

function post(t: TestBackend, body: BodyInit, headers: Record<string, string>) {
  return t.fetch("/clerk-users-webhook", { method: "POST", body, headers });
}

async function firstNames(t: TestBackend): Promise<(string | null)[]> {
  const { users } = await dump(t);
  return users.map(({ clerkUser }) => clerkUser.first_name);
}

describe("Clerk's events", () => {
  test("a new user gets a row, without their metadata", async () => {
    const t = aBackend();
    const response = await deliver(t, "user.created", aClerkUser());
    expect(response.status).toBe(200);
    const { users } = await dump(t);
    expect(users.map(({ clerkUser }) => clerkUser)).toEqual([
      {
        id: "user_ada",
        first_name: "Ada",
        last_name: null,
        username: null,
        image_url: "https://img.clerk.test/ada",
        email_addresses: [{ id: "idn_1", email_address: "ada@example.com" }],
        primary_email_address_id: "idn_1",
        created_at: 1_000,
        updated_at: 1_000,
      },
    ]);
  });

  test("a sample as sparse as Clerk's documentation's is enough", async () => {
    const t = aBackend();
    expect((await deliver(t, "user.created", { id: "user_ada" })).status).toBe(200);
    const { users } = await dump(t);
    expect(users[0]?.clerkUser).toMatchObject({ first_name: null, updated_at: 5_000 });
  });

  test("an update changes the row; a late one, and one delivered twice, change nothing", async () => {
    const t = aBackend();
    await deliver(t, "user.created", aClerkUser());
    const newest = aClerkUser({ first_name: "Augusta", updated_at: 3_000 });
    await deliver(t, "user.updated", newest);
    const before = await dump(t);
    await deliver(t, "user.updated", aClerkUser({ first_name: "Adele", updated_at: 2_000 }));
    await deliver(t, "user.updated", newest);
    await deliver(t, "user.created", aClerkUser());
    expect(await dump(t)).toEqual(before);
    expect(await firstNames(t)).toEqual(["Augusta"]);
  });

  test("an update that overtakes its creation makes the row", async () => {
    const t = aBackend();
    await deliver(t, "user.updated", aClerkUser({ first_name: "Augusta", updated_at: 3_000 }));
    await deliver(t, "user.created", aClerkUser());
    expect(await firstNames(t)).toEqual(["Augusta"]);
  });

  test("a deleted user is not brought back by a late update", async () => {
    const t = aBackend();
    await deliver(t, "user.created", aClerkUser());
    await deliver(t, "user.deleted", { id: "user_ada", object: "user", deleted: true });
    const late = await deliver(t, "user.updated", aClerkUser({ updated_at: 9_000 }));
    expect(late.status).toBe(200);
    expect(await firstNames(t)).toEqual([]);
  });

  test("a deletion that overtakes the creation holds, delivered twice or not", async () => {
    const t = aBackend();
    const deleted = { id: "user_ada", object: "user", deleted: true };
    await deliver(t, "user.deleted", deleted);
    await deliver(t, "user.deleted", deleted);
    await deliver(t, "user.created", aClerkUser());
    const { users, deletedClerkUsers } = await dump(t);
    expect(users).toEqual([]);
    expect(deletedClerkUsers).toMatchObject([{ clerkId: "user_ada", deletedAt: NOON }]);
  });

  test("a deleted user's projects, messages and sandboxes are removed; other users' stay", async () => {
    const t = aBackend();
    const ada = await signUp(t, "Ada");
    const bob = await signUp(t, "Bob");
    await aProject(t, ada, "Tetris");
    await aProject(t, ada, "Breakout");
    const { projectId, sandboxId } = await aProject(t, bob, "Pong");
    await deliver(t, "user.deleted", { id: "user_ada", deleted: true });
    await settle(t);
    const { users, projects, messages } = await dump(t);
    expect(users.map(({ clerkUser }) => clerkUser.id)).toEqual(["user_bob"]);
    expect(projects.map(({ _id }) => _id)).toEqual([projectId]);
    expect(messages.map((message) => message.projectId)).toEqual([projectId]);
    expect([...daytona.sandboxes.keys()]).toEqual([sandboxId]);
    const status = await ada.query(api.auth.users.userLoginStatus, {});
    expect(status).toEqual({ status: "No Clerk User", user: null });
  });

  test("an event that means nothing here is accepted", async () => {
    const t = aBackend();
    expect((await deliver(t, "session.created", { id: "sess_1" })).status).toBe(200);
    expect((await dump(t)).users).toEqual([]);
  });
});

describe("what is refused", () => {
  const body = JSON.stringify(aClerkEvent("user.created", aClerkUser()));
  const stale = new Date(NOON - 10 * 60_000);

  test.for<[string, () => Record<string, string>]>([
    ["no signature", () => ({})],
    ["another sender's signature", () => svixHeaders(body, { secret: `whsec_${btoa("other")}` })],
    ["another body's signature", () => svixHeaders(`${body} `)],
    ["a signature from ten minutes ago", () => svixHeaders(body, { at: stale })],
    ["a signature that is none", () => ({ ...svixHeaders(body), "svix-signature": "v1,no" })],
  ])("%s is 400, and nothing is stored", async ([, headers]) => {
    const t = aBackend();
    expect((await post(t, body, headers())).status).toBe(400);
    expect((await dump(t)).users).toEqual([]);
  });

  test.for([
    ["no JSON", "{"],
    ["no event", "[1, 2]"],
    ["a user event without a user", JSON.stringify(aClerkEvent("user.created", {}))],
    ["a deletion without an id", JSON.stringify(aClerkEvent("user.deleted", { deleted: true }))],
    ["an empty body", ""],
  ] as const)("%s, well signed, is 400", async ([, signed]) => {
    const t = aBackend();
    expect((await post(t, signed, svixHeaders(signed))).status).toBe(400);
    expect((await dump(t)).users).toEqual([]);
  });

  test("a body over 1 MiB is 413, whether or not its length is declared", async () => {
    const t = aBackend();
    const large = JSON.stringify(aClerkEvent("user.created", { pad: "x".repeat(1024 * 1024) }));
    const headers = svixHeaders(large);
    expect((await post(t, large, headers)).status).toBe(413);
    expect((await post(t, large, { ...headers, "content-length": "10" })).status).toBe(413);
    expect((await post(t, "{}", { "content-length": "9999999" })).status).toBe(413);
  });

  test("a body of exactly 1 MiB is read", async () => {
    const t = aBackend();
    const empty = JSON.stringify(aClerkEvent("session.created", { pad: "" }));
    const pad = "x".repeat(1024 * 1024 - empty.length);
    const full = JSON.stringify(aClerkEvent("session.created", { pad }));
    expect((await post(t, full, svixHeaders(full))).status).toBe(200);
  });

  test.for([
    ["missing", undefined],
    ["empty", ""],
    ["malformed", "whsec_?"],
  ] as const)(
    "with a secret that is %s, it is 500 and the log names the variable",
    async ([, secret]) => {
      const t = aBackend();
      vi.stubEnv("CLERK_WEBHOOK_SECRET", secret);
      const log = vi.spyOn(console, "error").mockReturnValue();
      expect((await post(t, body, svixHeaders(body))).status).toBe(500);
      expect(log.mock.calls.join("\n")).toContain("CLERK_WEBHOOK_SECRET");
      expect(log.mock.calls.join("\n")).not.toContain(ENVIRONMENT.CLERK_WEBHOOK_SECRET);
      expect((await dump(t)).users).toEqual([]);
    },
  );

  test("only POST is served", async () => {
    const t = aBackend();
    expect((await t.fetch("/clerk-users-webhook", { method: "GET" })).status).toBe(404);
  });
});
