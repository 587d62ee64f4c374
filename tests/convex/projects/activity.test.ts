/** The order of a user's projects: by last activity. */
import { expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { daytona } from "../support/setup.ts";
import { aMessage, aProject, dump } from "../support/builders.ts";
import { aUser, pass } from "../support/turnSteps.ts";

const MINUTE = 60_000;
const { listForCurrentUser, pageForCurrentUser } = api.projects.queries;

/** A user with three projects, made a minute apart, and the names of their projects in the list's order. */
async function withThree() {
  const user = await aUser();
  const ids = [];
  for (const name of ["One", "Two", "Three"]) {
    ids.push((await aProject(user.t, user.ada, name)).projectId);
    vi.advanceTimersByTime(2 * MINUTE);
  }
  const [one, two, three] = ids;
  const names = async () => {
    const listed = await user.ada.query(listForCurrentUser, {});
    const paginationOpts = { numItems: 10, cursor: null };
    const { page } = await user.ada.query(pageForCurrentUser, { paginationOpts });
    expect(page).toEqual(listed);
    return listed.map(({ name }) => name);
  };
  return { ...user, one: one!, two: two!, three: three!, names };
}

test("the newest is the first", async () => {
  expect(await (await withThree()).names()).toEqual(["Three", "Two", "One"]);
});

test("a message, a prompt and the end of a turn are activity", async () => {
  const { t, ada, one, two, names } = await withThree();
  await aMessage(ada, one, "Hello");
  expect(await names()).toEqual(["One", "Three", "Two"]);
  vi.advanceTimersByTime(2 * MINUTE);
  vi.stubEnv("AGENT_COMMAND", "quaver-agent");
  await ada.mutation(api.turns.mutations.start, { projectId: two, prompt: "Go" });
  expect(await names()).toEqual(["Two", "One", "Three"]);
  await pass(t, 2 * MINUTE);
  await aMessage(ada, one, "Hello again");
  expect(await names()).toEqual(["One", "Two", "Three"]);
  vi.advanceTimersByTime(MINUTE);
  daytona.agent.exitCode = 0;
  await pass(t);
  expect(await names()).toEqual(["Two", "One", "Three"]);
});

test("many messages in a row are one write to the project", async () => {
  const { t, ada, one } = await withThree();
  await aMessage(ada, one, "Hello");
  const before = (await dump(t)).projects;
  for (let i = 0; i < 5; i += 1) {
    vi.advanceTimersByTime(10_000);
    await aMessage(ada, one, "And");
  }
  expect((await dump(t)).projects).toEqual(before);
});
