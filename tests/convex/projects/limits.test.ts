/** How many, how often, how much. */
import { describe, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { PLANS } from "../../../convex/payments/plans.ts";
import { refusal } from "../../contract/backend.ts";
import { signUp } from "../support/users.ts";
import { aBackend, daytona, ENVIRONMENT } from "../support/setup.ts";
import { aMessage, aProject, dump, rowOf, storeProject, subscribe } from "../support/builders.ts";

const { create } = api.projects.actions;
const { listForCurrentUser } = api.projects.queries;
const newProject = { name: "Tetris", prompt: "A game of falling blocks" };

async function personWithProjects(count: number) {
  const t = aBackend();
  const ada = await signUp(t);
  const { _id: userId } = await rowOf(ada);
  for (let i = 0; i < count; i++) await storeProject(t, userId);
  return { t, ada, userId };
}

describe("the plan's limit", () => {
  test("refuses one project too many, and creates no sandbox for it", async () => {
    const { t, ada } = await personWithProjects(PLANS.free.maxProjects - 1);
    await ada.action(create, newProject);
    expect(await refusal(ada.action(create, newProject))).toMatchObject({
      code: "PLAN_LIMIT_REACHED",
      limit: PLANS.free.maxProjects,
      plan: "free",
      counted: "all",
    });
    expect((await dump(t)).projects).toHaveLength(PLANS.free.maxProjects);
    expect(daytona.sandboxes.size).toBe(1);
  });

  test("allows another project once one is removed", async () => {
    const { ada } = await personWithProjects(PLANS.free.maxProjects);
    const [project] = await ada.query(listForCurrentUser, {});
    await ada.mutation(api.projects.mutations.remove, { projectId: project!._id });
    await ada.action(create, newProject);
  });

  test.for(["active", "trialing", "past_due"])("is that of pro while %s", async (status) => {
    const { t, ada, userId } = await personWithProjects(PLANS.free.maxProjects);
    await subscribe(t, userId, status, ENVIRONMENT.STRIPE_PRICE_PRO);
    await ada.action(create, newProject);
  });

  test.for([
    ["canceled", "price_pro"],
    ["unpaid", "price_pro"],
    ["incomplete", "price_pro"],
    ["paused", "price_pro"],
    ["active", "price_of_something_else"],
  ] as const)("is that of free for a subscription %s to %s", async ([status, priceId]) => {
    const { t, ada, userId } = await personWithProjects(PLANS.free.maxProjects);
    await subscribe(t, userId, status, priceId);
    expect(await refusal(ada.action(create, newProject))).toMatchObject({ plan: "free" });
  });

  test("ignores other users' subscriptions", async () => {
    const { t, ada } = await personWithProjects(PLANS.free.maxProjects);
    const { _id: bobsId } = await rowOf(await signUp(t, "Bob"));
    await subscribe(t, bobsId, "active", ENVIRONMENT.STRIPE_PRICE_PRO);
    expect(await refusal(ada.action(create, newProject))).toMatchObject({
      code: "PLAN_LIMIT_REACHED",
    });
  });

  test("is that of free while nothing is for sale", async () => {
    vi.stubEnv("STRIPE_PRICE_PRO", undefined);
    const { t, ada, userId } = await personWithProjects(PLANS.free.maxProjects);
    await subscribe(t, userId, "active", "price_pro");
    expect(await refusal(ada.action(create, newProject))).toMatchObject({ plan: "free" });
  });
});

describe("the rate limits", () => {
  test("let a burst of projects through, then one every two minutes", async () => {
    const { t, ada, userId } = await personWithProjects(0);
    await subscribe(t, userId, "active", ENVIRONMENT.STRIPE_PRICE_PRO);
    for (let i = 0; i < 10; i++) await ada.action(create, newProject);
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 120_000 });
    vi.advanceTimersByTime(119_000);
    expect((await refusal(ada.action(create, newProject))).code).toBe("RATE_LIMITED");
    vi.advanceTimersByTime(1_000);
    await ada.action(create, newProject);
    expect((await dump(t)).projects).toHaveLength(11);
  });

  test("count for each user separately", async () => {
    const t = aBackend();
    const ada = await signUp(t, "Ada");
    const bob = await signUp(t, "Bob");
    const { projectId } = await aProject(t, ada);
    for (let i = 0; i < 59; i++) await aMessage(ada, projectId, "Hi");
    expect((await refusal(aMessage(ada, projectId, "Hi"))).code).toBe("RATE_LIMITED");
    await aProject(t, bob);
  });

  test("don't count a message that is sent again", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { projectId } = await aProject(t, ada);
    const message = { projectId, role: "user" as const, content: "Hi", clientMessageId: "m-1" };
    for (let i = 0; i < 100; i++) await ada.mutation(api.messages.mutations.insert, message);
  });

  test("are not used up by calls that are refused for another reason", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    for (let i = 0; i < 20; i++) {
      const data = await refusal(ada.action(create, { ...newProject, name: "" }));
      expect(data.code).toBe("INVALID_ARGUMENT");
    }
    await ada.action(create, newProject);
  });
});

describe("a list that would be too large", () => {
  test("stops at 500 messages, the newest, in order", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const projectId = await storeProject(t, (await rowOf(ada))._id);
    await t.run(async ({ db }) => {
      for (let i = 0; i < 600; i++) {
        await db.insert("messages", { projectId, role: "user", content: String(i), createdAt: i });
      }
    });
    const messages = await ada.query(api.messages.queries.listByProject, { projectId });
    expect(messages).toHaveLength(500);
    expect(messages.at(0)?.content).toBe("100");
    expect(messages.at(-1)?.content).toBe("599");
  });

  test("stops before it is more than a transaction can read, and so does a page", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const projectId = await storeProject(t, (await rowOf(ada))._id);
    const content = "x".repeat(900_000);
    for (let i = 0; i < 30; i++) {
      await t.run(({ db }) =>
        db.insert("messages", { projectId, role: "user", content, createdAt: i }),
      );
    }
    const messages = await ada.query(api.messages.queries.listByProject, { projectId });
    const newest = Array.from({ length: messages.length }, (_, i) => 30 - messages.length + i);
    expect(messages.map(({ createdAt }) => createdAt)).toEqual(newest);
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.length).toBeLessThan(16);
    const { page, isDone } = await ada.query(api.messages.queries.pageByProject, {
      projectId,
      paginationOpts: { numItems: 1_000_000, cursor: null },
    });
    expect(page.length).toBeLessThan(16);
    expect(isDone).toBe(false);
  });

  test("of 200 projects with the longest prompts is still answered whole", async () => {
    const { t, ada, userId } = await personWithProjects(0);
    const prompt = "€".repeat(20_000);
    for (let i = 0; i < 200; i++) await storeProject(t, userId, { prompt });
    expect(await ada.query(listForCurrentUser, {})).toHaveLength(200);
  });
});
