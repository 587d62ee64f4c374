/** Prompts that wait for a turn which fails with its sandbox. */
import { beforeEach, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { daytona } from "../support/setup.ts";
import { aGeneratingProject, pass } from "../support/turnSteps.ts";

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.spyOn(console, "error").mockReturnValue();
});

test("fail with it, and come after the prompt for which they waited", async () => {
  const { t, ada, projectId, sandboxId, said } = await aGeneratingProject();
  for (const prompt of ["two", "three", "four"]) {
    await ada.mutation(api.turns.mutations.start, { projectId, prompt });
    await pass(t, 500);
  }
  daytona.agent.exitCode = 0; // "two" begins, after "three" and "four" were sent
  await pass(t, 1_500);
  daytona.drift(sandboxId, "missing");
  await pass(t);

  const turns = await ada.query(api.turns.queries.listByProject, { projectId });
  expect(turns.map(({ status }) => status)).toEqual(["done", "failed", "failed", "failed"]);
  expect(turns[3]?.failure?.reason).toMatch(/^Not begun, as the turn before it failed\. /);
  const prompts = (await said()).filter(({ role }) => role === "user");
  expect(prompts.map(({ content }) => content)).toEqual(["two", "three", "four"]);
});
