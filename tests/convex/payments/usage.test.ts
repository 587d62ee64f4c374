/** How many projects a user has, and how many run: kept, and always the truth. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { deleteProject, insertProject, patchProject } from "../../../convex/projects/store.ts";
import { projectStatus } from "../../../convex/projects/tables.ts";
import { DOWN } from "../support/fakeDaytona.ts";
import { deliver, signUp, type SignedInUser } from "../support/users.ts";
import { aBackend, daytona, expectTrueCounts, settle, type TestBackend } from "../support/setup.ts";
import { rowOf, storeProject } from "../support/builders.ts";

const newProject = { name: "Tetris", prompt: "A game of falling blocks" };

/** What is kept of this user. */
async function countsOf(t: TestBackend, user: SignedInUser | Id<"users">) {
  const userId = typeof user === "string" ? user : (await rowOf(user))._id;
  const rows = await t.run(({ db }) =>
    db
      .query("usage")
      .withIndex("by_user", (q) => q.eq("userId", userId))
      .collect(),
  );
  expect(rows.length).toBeLessThan(2);
  return rows[0] ? [rows[0].projects, rows[0].running] : null;
}

describe("the counts of a user", () => {
  test("follow a project through its life", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    expect(await countsOf(t, ada)).toBeNull();
    const { projectId } = await ada.action(api.projects.actions.create, newProject);
    expect(await countsOf(t, ada)).toEqual([1, 1]);
    await ada.action(api.projects.actions.stop, { projectId });
    expect(await countsOf(t, ada)).toEqual([1, 0]);
    await ada.action(api.projects.actions.start, { projectId });
    expect(await countsOf(t, ada)).toEqual([1, 1]);
    await ada.action(api.projects.actions.create, newProject);
    expect(await countsOf(t, ada)).toEqual([2, 2]);
    await ada.mutation(api.projects.mutations.rename, { projectId, name: "Snake" });
    expect(await countsOf(t, ada)).toEqual([2, 2]);
    await ada.mutation(api.projects.mutations.remove, { projectId });
    expect(await countsOf(t, ada)).toEqual([1, 1]);
  });

  test("see a creation fail, and be tried again", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    daytona.fail("create", DOWN);
    await ada.action(api.projects.actions.create, newProject).catch(() => undefined);
    expect(await countsOf(t, ada)).toEqual([1, 0]);
    const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
    await ada.action(api.projects.actions.retry, { projectId: project!._id });
    expect(await countsOf(t, ada)).toEqual([1, 1]);
  });

  test("see what Daytona does by itself", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { sandboxId } = await ada.action(api.projects.actions.create, newProject);
    for (const [state, counts] of [
      ["stopped", [1, 0]],
      ["started", [1, 1]],
      ["destroyed", [1, 0]],
    ] as const) {
      vi.advanceTimersByTime(1);
      const observation = { state, at: Date.now() };
      await t.mutation(internal.projects.reconcile.drift.applyObservation, {
        sandboxId,
        observation,
        isEvent: true,
      });
      expect(await countsOf(t, ada), state).toEqual(counts);
    }
  });

  test("go with the user", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { _id: userId, clerkUser } = await rowOf(ada);
    for (let i = 0; i < 45; i++) await storeProject(t, userId);
    expect(await countsOf(t, userId)).toEqual([45, 45]);
    await deliver(t, "user.deleted", { id: clerkUser.id, deleted: true });
    await settle(t);
    expect(await countsOf(t, userId)).toBeNull();
  });
});

test("whatever is written, in whichever order: the counts are those of the table", async () => {
  const statuses = projectStatus.members.map(({ value }) => value);
  const write = fc.record({
    owner: fc.constantFrom(0, 1),
    index: fc.nat(5),
    what: fc.oneof(fc.constantFrom("insert", "delete", "rename"), fc.constantFrom(...statuses)),
    // Some transactions write a project twice.
    again: fc.constantFrom(null, "delete" as const, ...statuses),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 30 }), async (writes) => {
      const t = aBackend();
      const users = [await signUp(t, "Ada"), await signUp(t, "Bob")] as const;
      const owners = await Promise.all(users.map(async (user) => (await rowOf(user))._id));
      for (const { owner, index, what, again } of writes) {
        await t.run(async (ctx) => {
          const projects = await ctx.db
            .query("projects")
            .withIndex("by_user", (q) => q.eq("userId", owners[owner]!))
            .collect();
          const projectId = projects[index % Math.max(projects.length, 1)]?._id;
          if (what === "insert" || projectId === undefined) {
            const at = { statusChangedAt: 0, lastActivityAt: 0, createdAt: 0 };
            const fields = {
              userId: owners[owner]!,
              ...newProject,
              ...at,
              status: "ready" as const,
            };
            await insertProject(ctx, fields);
          } else if (what === "delete") {
            await deleteProject(ctx, projectId);
          } else {
            const patch = what === "rename" ? { name: "Snake" } : { status: what };
            await patchProject(ctx, projectId, patch);
            if (again === "delete") await deleteProject(ctx, projectId);
            else if (again !== null) await patchProject(ctx, projectId, { status: again });
          }
        });
        await expectTrueCounts(t);
      }
    }),
    { numRuns: 30 },
  );
});
