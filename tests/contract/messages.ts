/** The contract of a project's conversation. */
import { describe, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { refusal, type Backend, type Caller } from "./backend.ts";

const { insert } = api.messages.mutations;
const { listByProject, pageByProject } = api.messages.queries;

async function personWithProject(backend: Backend, firstName = "Ada") {
  const caller = await backend.signUp(firstName);
  const { projectId } = await caller.action(api.projects.actions.create, {
    name: "Tetris",
    prompt: "A game of falling blocks",
  });
  return { caller, projectId };
}

async function contents(caller: Caller, projectId: string): Promise<string[]> {
  const messages = await caller.query(listByProject, { projectId });
  return messages.map(({ content }) => content);
}

/** Runs the suite on a backend. */
export function describeMessages(name: string, start: () => Promise<Backend>): void {
  describe(`messages, on ${name}`, () => {
    test("a conversation is kept in order, with its text and reasoning parts", async () => {
      const { caller, projectId } = await personWithProject(await start());
      await caller.mutation(insert, { projectId, role: "user", content: "Faster, please" });
      const parts = [
        { type: "reasoning" as const, text: "The tick is 500 ms …", duration: 1200 },
        { type: "reasoning" as const, text: "Halve it." },
        { type: "text" as const, text: "Done: twice as fast." },
      ];
      const answer = { projectId, role: "assistant" as const, content: "Done.", parts };
      const messageId = await caller.mutation(insert, answer);
      const [question, reply, ...rest] = await caller.query(listByProject, { projectId });
      expect(question).toMatchObject({ role: "user", content: "Faster, please" });
      expect(question).not.toHaveProperty("parts");
      expect(reply).toMatchObject({ _id: messageId, ...answer });
      expect(rest).toEqual([]);
    });

    test("pages go from the newest message back", async () => {
      const { caller, projectId } = await personWithProject(await start());
      for (const content of ["one", "two", "three"]) {
        await caller.mutation(insert, { projectId, role: "user", content });
      }
      expect(await contents(caller, projectId)).toEqual(["one", "two", "three"]);
      const first = await caller.query(pageByProject, {
        projectId,
        paginationOpts: { numItems: 2, cursor: null },
      });
      expect(first.page.map(({ content }) => content)).toEqual(["three", "two"]);
      expect(first.isDone).toBe(false);
      const second = await caller.query(pageByProject, {
        projectId,
        paginationOpts: { numItems: 2, cursor: first.continueCursor },
      });
      expect(second.page.map(({ content }) => content)).toEqual(["one"]);
    });

    test("the same message sent again is stored once, in each project", async () => {
      const backend = await start();
      const { caller, projectId } = await personWithProject(backend);
      const message = { projectId, role: "user" as const, content: "Hi", clientMessageId: "m-1" };
      const first = await caller.mutation(insert, message);
      expect(await caller.mutation(insert, { ...message, content: "Hi again" })).toBe(first);
      expect(await contents(caller, projectId)).toEqual(["Hi"]);

      const other = await personWithProject(backend, "Bob");
      const elsewhere = { ...message, projectId: other.projectId };
      expect(await other.caller.mutation(insert, elsewhere)).not.toBe(first);
    });

    test("two tabs that send the same message at once store it once", async () => {
      const { caller, projectId } = await personWithProject(await start());
      const message = { projectId, role: "user" as const, content: "Hi", clientMessageId: "m-1" };
      const ids = await Promise.all([1, 2, 3].map(() => caller.mutation(insert, message)));
      expect(new Set(ids).size).toBe(1);
      expect(await contents(caller, projectId)).toEqual(["Hi"]);
    });

    test("a message that breaks a limit is refused, and nothing is stored", async () => {
      const { caller, projectId } = await personWithProject(await start());
      const text = { type: "text" as const, text: "x" };
      const huge = { type: "text" as const, text: "x".repeat(1024 * 1024) };
      const bad = [
        { content: "x".repeat(100_001), field: "content" },
        { content: "  ", field: "content" },
        { content: "", parts: [], field: "content" },
        { content: "x", parts: Array.from({ length: 201 }, () => text), field: "parts" },
        { content: "x", parts: [huge], field: "parts" },
        {
          content: "x",
          parts: [{ type: "reasoning" as const, text: "", duration: -1 }],
          field: "parts",
        },
        { content: "x", clientMessageId: "", field: "clientMessageId" },
        { content: "x", clientMessageId: "x".repeat(129), field: "clientMessageId" },
      ];
      for (const { field, ...message } of bad) {
        const call = caller.mutation(insert, { projectId, role: "user", ...message });
        expect(await refusal(call)).toMatchObject({ code: "INVALID_ARGUMENT", field });
      }
      expect(await contents(caller, projectId)).toEqual([]);
    });

    test("input just within the limits is stored", async () => {
      const { caller, projectId } = await personWithProject(await start());
      const parts = Array.from({ length: 200 }, () => ({ type: "text" as const, text: "ü" }));
      const content = "x".repeat(100_000);
      await caller.mutation(insert, { projectId, role: "user", content, parts });
      await caller.mutation(insert, { projectId, role: "assistant", content: "", parts });
      expect((await contents(caller, projectId)).map(({ length }) => length)).toEqual([100_000, 0]);
    });

    test("only its owner reads a conversation, or adds to it", async () => {
      const backend = await start();
      const { caller, projectId } = await personWithProject(backend);
      await caller.mutation(insert, { projectId, role: "user", content: "Secret plans" });
      const eve = await backend.signUp("Eve");
      const message = { projectId, role: "user" as const, content: "Hello from Eve" };
      for (const caller of [eve, backend.visitor, await backend.unsynced()]) {
        expect(await contents(caller, projectId)).toEqual([]);
        const page = await caller.query(pageByProject, {
          projectId,
          paginationOpts: { numItems: 10, cursor: null },
        });
        expect(page.page).toEqual([]);
      }
      expect(await refusal(eve.mutation(insert, message))).toMatchObject({ code: "NOT_FOUND" });
      expect(await refusal(backend.visitor.mutation(insert, message))).toMatchObject({
        code: "UNAUTHENTICATED",
      });
      expect(await contents(caller, projectId)).toEqual(["Secret plans"]);
    });
  });
}
