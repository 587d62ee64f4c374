/** Removing projects: everything goes, in bounded steps, whatever Daytona says at first. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { FakeSandboxError } from "../support/fakeDaytona.ts";
import { signUp } from "../support/users.ts";
import { aBackend, daytona, settle } from "../support/setup.ts";
import { aProject, dump, rowOf, storeProject } from "../support/builders.ts";

const { remove } = api.projects.mutations;
const HOUR_MS = 60 * 60_000;

describe("the messages", () => {
  test("of a long conversation go in batches; another project's stay", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { projectId } = await aProject(t, ada, "Tetris");
    const kept = await aProject(t, ada, "Pong");
    await t.run(async ({ db }) => {
      for (let i = 0; i < 1200; i++) {
        const content = `Message ${String(i)}`;
        await db.insert("messages", { projectId, role: "user", content, createdAt: i });
      }
    });
    await ada.mutation(remove, { projectId });
    await t.mutation(internal.messages.removal.removeBatch, { projectId });
    expect((await dump(t)).messages).toHaveLength(1200 + 2 - 500);
    await settle(t);
    expect((await dump(t)).messages.map(({ _id }) => _id)).toEqual([kept.messageId]);
  });

  test("that are large go in batches that one transaction can read", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { projectId } = await aProject(t, ada);
    const content = "x".repeat(900_000);
    // Each is read twice, by the query and to be deleted; all at once would be too much.
    for (let i = 0; i < 14; i++) {
      await t.run(({ db }) =>
        db.insert("messages", { projectId, role: "user", content, createdAt: i }),
      );
    }
    await ada.mutation(remove, { projectId });
    await t.mutation(internal.messages.removal.removeBatch, { projectId });
    const { messages } = await dump(t);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.length).toBeLessThan(14);
    await settle(t);
    expect((await dump(t)).messages).toEqual([]);
  });
});

describe("the sandbox", () => {
  // The workpool reports each failed attempt.
  beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());

  test("is deleted, although Daytona fails for a while", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { projectId } = await aProject(t, ada);
    daytona.fail("delete", new FakeSandboxError("UNAVAILABLE", true), 4);
    await ada.mutation(remove, { projectId });
    await settle(t);
    expect(daytona.sandboxes.size).toBe(1);
    await settle(t, HOUR_MS / 60);
    expect(daytona.faultsLeft).toBe(0);
    expect(daytona.sandboxes.size).toBe(0);
  });

  test.for([
    ["that is not there any more", "sandbox-1"],
    ["that never was there", undefined],
  ] as const)("%s counts as deleted: it is asked for once", async ([, sandboxId]) => {
    const t = aBackend();
    const ada = await signUp(t);
    const status = sandboxId === undefined ? "failed" : "ready";
    const userId = (await rowOf(ada))._id;
    const projectId = await storeProject(t, userId, { status, ...(sandboxId && { sandboxId }) });
    await ada.mutation(remove, { projectId });
    await settle(t, HOUR_MS / 60);
    expect(daytona.clients).toHaveLength(1);
  });

  test("of a project without its id is found by its name", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const userId = (await rowOf(ada))._id;
    const projectId = await storeProject(t, userId, { status: "creating" });
    await t.action(internal.projects.sandbox.daytona.createSandbox, {
      projectId,
      deployment: "test",
    });
    expect(daytona.sandboxes.size).toBe(1);
    await ada.mutation(remove, { projectId });
    await settle(t);
    expect(daytona.sandboxes.size).toBe(0);
  });

  test("is deleted once a missing key is set", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { projectId } = await aProject(t, ada);
    vi.stubEnv("DAYTONA_API_KEY", undefined);
    await ada.mutation(remove, { projectId });
    await settle(t);
    expect(daytona.sandboxes.size).toBe(1);
    vi.stubEnv("DAYTONA_API_KEY", "dtn_again");
    await settle(t, HOUR_MS / 60);
    expect(daytona.sandboxes.size).toBe(0);
  });
});

describe("everything that a deleted user had", () => {
  test("is removed in bounded steps", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { _id: userId } = await rowOf(ada);
    for (let i = 0; i < 45; i++) await storeProject(t, userId, { name: `App ${String(i)}` });
    const { removeSomeProjectsOfUser } = internal.projects.sandbox.removal;
    expect(await t.mutation(removeSomeProjectsOfUser, { userId })).toBe(true);
    expect((await dump(t)).projects).toHaveLength(25);
    expect(await t.mutation(removeSomeProjectsOfUser, { userId })).toBe(true);
    expect(await t.mutation(removeSomeProjectsOfUser, { userId })).toBe(false);
    expect((await dump(t)).projects).toEqual([]);
    await settle(t);
  });
});
