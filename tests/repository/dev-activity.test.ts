/** The lines of `bun run dev` about what people and agents do. */
import { join } from "node:path";
import { makeFunctionReference } from "convex/server";
import { expect, onTestFinished, test } from "vitest";
import { followActivity } from "../../scripts/dev/convex/activity.ts";
import { ActivityLines } from "../../scripts/dev/screen/activity-lines.ts";
import { httpClient } from "../support/clients.ts";
import { TestDeployment } from "../support/deployment.ts";
import { Project } from "../support/project.ts";
import { tempFolder } from "../support/temp.ts";

const ada = {
  _id: "u1",
  clerkUser: { first_name: "Ada", email_addresses: [{ email_address: "ada@example.com" }] },
};
const sundial = { _id: "p1", userId: "u1", name: "Sundial", prompt: "A sundial\nin blue" };
const turn = { _id: "t1", projectId: "p1", number: 1, status: "running", startedAt: 1_000 };

/** Lines of tables that are empty at first. */
function linesOfEmptyTables(): ActivityLines {
  const lines = new ActivityLines();
  lines.read("users", []);
  lines.read("projects", []);
  lines.read("turns", []);
  return lines;
}

test("what was there before isn't told", () => {
  const lines = new ActivityLines();
  expect(lines.read("users", [ada])).toEqual([]);
  expect(lines.read("projects", [sundial])).toEqual([]);
  expect(lines.read("turns", [turn])).toEqual([]);
  // It is known, though.
  expect(lines.read("turns", [{ ...turn, status: "done", endedAt: 13_500 }])).toEqual([
    "turn 1 of “Sundial” is done after 12.5 s",
  ]);
});

test("a sign-up, a project with its prompt, a further prompt and the ends of turns are a line each", () => {
  const lines = linesOfEmptyTables();
  expect(lines.read("users", [ada])).toEqual(["Ada signs up (ada@example.com)"]);
  expect(lines.read("projects", [sundial])).toEqual(["Ada creates “Sundial”: A sundial in blue"]);
  expect(lines.read("turns", [turn])).toEqual([]); // its prompt is the project's
  const second = { ...turn, _id: "t2", number: 2, status: "queued" };
  const failed = {
    ...turn,
    status: "failed",
    endedAt: 3_000,
    failure: { reason: "It exited with 1." },
  };
  expect(lines.read("turns", [second, failed])).toEqual([
    "turn 1 of “Sundial” is failed after 2.0 s: It exited with 1.",
    "Ada sends a prompt: turn 2 of “Sundial”",
  ]);
  expect(lines.read("turns", [{ ...second, status: "running" }, failed])).toEqual([]);
  const restoring = { ...turn, _id: "t3", number: 3, restores: "t1" };
  expect(lines.read("turns", [restoring, second, failed])).toEqual([
    "Ada restores a version: turn 3 of “Sundial”",
  ]);
});

test("a long prompt is shortened, and a change of a project is no line", () => {
  const lines = linesOfEmptyTables();
  const wordy = { ...sundial, prompt: "word ".repeat(100) };
  const [line = ""] = lines.read("projects", [wordy]);
  expect(line).toMatch(/^Somebody creates “Sundial”: word .{40,60} …$/);
  expect(lines.read("projects", [{ ...wordy, name: "Dial" }])).toEqual([]);
});

test("control characters that somebody has typed don't reach the terminal", () => {
  const hostile = { ...sundial, prompt: "\u001b]0;owned\u0007\u001b[2J\u009b31mred" };
  const [line] = linesOfEmptyTables().read("projects", [hostile]);
  expect(line).toBe("Somebody creates “Sundial”: ]0;owned[2J31mred");
});

test("rows of another shape are left out", () => {
  expect(linesOfEmptyTables().read("users", [{ _id: "u1" }, ada])).toHaveLength(1);
});

/** Inserts any row into any table. */
const INSERTING = `
  import { mutationGeneric } from "convex/server";
  export const insert = mutationGeneric({
    handler: async (ctx, { table, row }) => await ctx.db.insert(table, row),
  });
`;

test("the rows of a deployment are followed by live queries", async () => {
  const folder = tempFolder();
  const deployment = await TestDeployment.start(join(folder, "deployment"));
  onTestFinished(() => deployment.stop());
  const project = new Project(folder, deployment);
  project.write({ "convex/rows.ts": INSERTING });
  await project.pushed();
  const client = httpClient(deployment.url);
  const insert = (table: string, { _id, ...row }: { _id: string }) =>
    client.mutation(makeFunctionReference<"mutation">("rows:insert"), { table, row });
  await insert("users", { ...ada, _id: "" });

  let text = "";
  const following = followActivity(deployment, { write: (more) => (text += more) });
  onTestFinished(() => following.close());
  await following.ready;
  await insert("users", { ...ada, _id: "" });
  await expect.poll(() => text).toMatch(/^\d\d:\d\d:\d\d Ada signs up \(ada@example\.com\)\n$/);
});
