/** The contract of projects, from creation to removal. */
import { describe, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel";
import { refusal, type Backend, type Caller } from "./backend.ts";

const actions = api.projects.actions;
const { create } = actions;
const { rename, remove } = api.projects.mutations;
const { listForCurrentUser, pageForCurrentUser, getById, getBySandboxId } = api.projects.queries;

function createProject(caller: Caller, name = "Tetris") {
  return caller.action(create, { name, prompt: "A game of falling blocks" });
}

async function names(caller: Caller): Promise<string[]> {
  const projects = await caller.query(listForCurrentUser, {});
  return projects.map(({ name }) => name);
}

/** Runs the suite on a backend. */
export function describeProjects(name: string, start: () => Promise<Backend>): void {
  describe(`projects, on ${name}`, () => {
    test("a created project is ready, with a sandbox of its own", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const { projectId, sandboxId } = await createProject(ada, "  Tetris  ");
      const project = await ada.query(getById, { projectId });
      expect(project).toMatchObject({
        _id: projectId,
        name: "Tetris",
        prompt: "A game of falling blocks",
        status: "ready",
        sandboxId,
      });
      expect(project).not.toHaveProperty("operation");
      expect(await ada.query(getBySandboxId, { sandboxId })).toEqual(project);
      const sandboxes = await backend.sandboxNames();
      expect(sandboxes.filter((sandbox) => sandbox.includes(projectId))).toHaveLength(1);
    });

    test("projects are listed newest first, and the same in pages", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      for (const project of ["One", "Two", "Three"]) await createProject(ada, project);
      expect(await names(ada)).toEqual(["Three", "Two", "One"]);
      const first = await ada.query(pageForCurrentUser, {
        paginationOpts: { numItems: 2, cursor: null },
      });
      expect(first.page.map((project) => project.name)).toEqual(["Three", "Two"]);
      const second = await ada.query(pageForCurrentUser, {
        paginationOpts: { numItems: 2, cursor: first.continueCursor },
      });
      expect(second.page.map((project) => project.name)).toEqual(["One"]);
      expect(second.isDone).toBe(true);
    });

    test("a page is read on with its own cursor alone", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const bob = await backend.signUp("Bob");
      for (const project of ["One", "Two"]) await createProject(ada, project);
      const { continueCursor } = await ada.query(pageForCurrentUser, {
        paginationOpts: { numItems: 1, cursor: null },
      });
      const read = bob.query(pageForCurrentUser, {
        paginationOpts: { numItems: 1, cursor: continueCursor },
      });
      await expect(read).rejects.toMatchObject({
        message: expect.stringContaining("InvalidCursor") as unknown,
        data: { isConvexSystemError: true, paginationError: "InvalidCursor" },
      });
    });

    test("a project that is asked for again by its client's id is the same one", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const bob = await backend.signUp("Bob");
      const newProject = { name: "Tetris", prompt: "Falling blocks", clientProjectId: "c-1" };
      const first = await ada.action(create, newProject);
      expect(await ada.action(create, { ...newProject, name: "Pong" })).toEqual(first);
      expect(await names(ada)).toEqual(["Tetris"]);
      expect((await bob.action(create, newProject)).projectId).not.toBe(first.projectId);
      const sandboxes = await backend.sandboxNames();
      expect(sandboxes.filter((name) => name.includes(first.projectId))).toHaveLength(1);
      await ada.mutation(remove, { projectId: first.projectId });
      expect((await ada.action(create, newProject)).projectId).not.toBe(first.projectId);
    });

    test("a project that is asked for twice at once is one", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const newProject = { name: "Tetris", prompt: "Falling blocks", clientProjectId: "c-2" };
      const [one, other] = await Promise.all(
        [1, 2].map(() => ada.action(create, newProject).catch((error: unknown) => error)),
      );
      const [project, ...more] = await ada.query(listForCurrentUser, {});
      expect(more).toEqual([]);
      const { _id: projectId } = project!;
      // The second call gets the same id, as a result or as an error while it is being created.
      const inProgress = { data: { code: "OPERATION_IN_PROGRESS", projectId } };
      for (const answer of [one, other]) {
        if (answer instanceof Error) expect(answer).toMatchObject(inProgress);
        else expect(answer).toMatchObject({ projectId });
      }
      expect([one, other].every((answer) => answer instanceof Error)).toBe(false);
    });

    test("a project can be given another name, within limits", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const { projectId } = await createProject(ada);
      await ada.mutation(rename, { projectId, name: "  Breakout " });
      expect(await names(ada)).toEqual(["Breakout"]);
      for (const bad of ["", "   ", "x".repeat(101)]) {
        const data = await refusal(ada.mutation(rename, { projectId, name: bad }));
        expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field: "name" });
      }
      expect(await names(ada)).toEqual(["Breakout"]);
    });

    test("input over a limit creates neither a project nor a sandbox", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const before = await backend.sandboxNames();
      const bad = [
        { args: { name: " ", prompt: "Build it" }, field: "name" },
        { args: { name: "x".repeat(101), prompt: "Build it" }, field: "name" },
        { args: { name: "App", prompt: " \n" }, field: "prompt" },
        { args: { name: "App", prompt: "x".repeat(20_001) }, field: "prompt" },
        { args: { name: "App", prompt: "Go", clientProjectId: "" }, field: "clientProjectId" },
      ];
      for (const { args, field } of bad) {
        const data = await refusal(ada.action(create, args));
        expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field });
      }
      expect(await names(ada)).toEqual([]);
      expect(await backend.sandboxNames()).toEqual(before);
    });

    test("a removed project is gone at once, its messages and its sandbox soon after", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const { projectId, sandboxId } = await createProject(ada);
      await ada.mutation(api.messages.mutations.insert, {
        projectId,
        role: "user",
        content: "Make it faster",
      });
      await ada.mutation(remove, { projectId });
      expect(await names(ada)).toEqual([]);
      expect(await ada.query(getById, { projectId })).toBeNull();
      expect(await ada.query(getBySandboxId, { sandboxId })).toBeNull();
      expect(await ada.query(api.messages.queries.listByProject, { projectId })).toEqual([]);
      expect(await refusal(ada.mutation(remove, { projectId }))).toMatchObject({
        code: "NOT_FOUND",
      });
      await backend.eventually(async () => {
        const sandboxes = await backend.sandboxNames();
        expect(sandboxes.filter((sandbox) => sandbox.includes(projectId))).toEqual([]);
      });
    });

    test("someone else's project is answered exactly as a missing one", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const eve = await backend.signUp("Eve");
      const { projectId, sandboxId } = await createProject(ada);
      const { projectId: goneId } = await createProject(eve);
      await eve.mutation(remove, { projectId: goneId });

      const asked = (id: Id<"projects">) =>
        Promise.all([
          eve.query(getById, { projectId: id }),
          refusal(eve.mutation(rename, { projectId: id, name: "Mine now" })),
          refusal(eve.mutation(remove, { projectId: id })),
        ]);
      expect(await asked(projectId)).toEqual(await asked(goneId));
      expect(await eve.query(getBySandboxId, { sandboxId })).toBeNull();
      expect(await names(eve)).toEqual([]);
      expect(await names(ada)).toEqual(["Tetris"]);
    });

    test("its owner stops, archives and wakes it, and sees it while it runs", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const { projectId } = await createProject(ada);
      const status = async () => (await ada.query(getById, { projectId }))?.status;
      const { url, expiresAt } = await ada.action(actions.previewUrl, { projectId, port: 8080 });
      expect(url).toMatch(/^https?:.*8080/);
      expect(expiresAt).toBeGreaterThan(0);
      await ada.action(actions.stop, { projectId });
      expect(await status()).toBe("stopped");
      await ada.action(actions.start, { projectId });
      expect(await status()).toBe("ready");
      await ada.action(actions.stop, { projectId });
      await ada.action(actions.archive, { projectId });
      expect(await status()).toBe("archived");
      await ada.action(actions.ensureRunning, { projectId });
      await ada.action(actions.ensureRunning, { projectId });
      expect(await status()).toBe("ready");
    });

    test("an operation that the status does not allow is refused, and changes nothing", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      const { projectId } = await createProject(ada);
      for (const [action, to] of [
        [actions.start, "ready"],
        [actions.archive, "archived"],
        [actions.retry, "creating"],
      ] as const) {
        const data = await refusal(ada.action(action, { projectId }));
        expect(data).toMatchObject({ code: "INVALID_TRANSITION", from: "ready", to });
      }
      const preview = ada.action(actions.previewUrl, { projectId, port: 0 });
      expect(await refusal(preview)).toMatchObject({ code: "INVALID_ARGUMENT", field: "port" });
      const turn = ada.mutation(api.turns.mutations.start, { projectId, prompt: "Faster" });
      expect(await refusal(turn)).toMatchObject({ code: "AGENT_NOT_CONFIGURED" });
      expect(await ada.query(getById, { projectId })).toMatchObject({ status: "ready" });
    });

    test("a malformed id, as a URL may hold one, is no project", async () => {
      const backend = await start();
      const ada = await backend.signUp("Ada");
      for (const projectId of ["", "nonsense", "../../etc/passwd", "x".repeat(5000)]) {
        expect(await ada.query(getById, { projectId })).toBeNull();
        expect(await ada.query(getBySandboxId, { sandboxId: projectId })).toBeNull();
      }
    });
  });
}
