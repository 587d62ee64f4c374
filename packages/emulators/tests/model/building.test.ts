/** A coding agent builds an app with the emulated model, through the official client. */
import { expect, test } from "vitest";
import { planFor } from "../../src/model/recipes/index.ts";
import { Agent, aModel, clientOf } from "../support/model.ts";

const LIST = "Make a to-do list for Ada's bakery.";

async function anAgent() {
  const model = await aModel();
  return { model, agent: new Agent(clientOf(model)) };
}

test("a first prompt becomes an app: the model looks around, writes file by file, checks, and answers", async () => {
  const { agent } = await anAgent();
  const { did, text, reasoning } = await agent.ask(LIST);
  expect(did).toEqual([
    "read /home/daytona/app",
    "write style.css",
    "write app.js",
    "write index.html",
    "bash node --check app.js",
  ]);
  expect(text).toMatch(
    /^I'm making a to-do list: \*\*Ada's bakery\*\*\.\n\n\*\*Ada's bakery\*\* is ready/,
  );
  expect(reasoning).toContain("a to-do list");
  expect([...agent.files]).toEqual(
    planFor([LIST]).files.map(({ path, content }) => [path, content]),
  );
});

test("a further prompt changes what is there: files are read first, and only those that differ are written", async () => {
  const { agent } = await anAgent();
  await agent.ask(LIST);
  const { did, text } = await agent.ask("In orange");
  expect(did).toEqual([
    "read /home/daytona/app",
    "read index.html",
    "read style.css",
    "read app.js",
    "write style.css",
    "write index.html",
  ]);
  expect(text).toContain("The colour is **orange** now");
  expect(agent.files.get("index.html")).toContain('data-colour="orange"');
});

test("after a restore, the model goes on from the version that is there", async () => {
  const { agent } = await anAgent();
  await agent.ask(LIST);
  const first = [...agent.files];
  await agent.ask("In orange");
  agent.restore(first);
  await agent.ask("dark");
  expect(agent.files.get("index.html")).toContain('data-colour="indigo"');
  expect(agent.files.get("style.css")).toContain("color-scheme: dark;");
});

test("files of a template are read, and replaced", async () => {
  const { agent } = await anAgent();
  agent.restore([
    ["index.html", "<h1>Template</h1>"],
    ["AGENTS.md", "Listen on PORT."],
  ]);
  const { did } = await agent.ask(LIST);
  expect(did.slice(0, 3)).toEqual(["read /home/daytona/app", "read index.html", "write style.css"]);
  expect(agent.files.get("index.html")).toContain("Ada&#39;s bakery");
  expect(agent.files.get("AGENTS.md")).toBe("Listen on PORT.");
});

test("a command that fails is noticed, and the app is built all the same", async () => {
  const { model, agent } = await anAgent();
  model.faults.add({ kind: { model: "failingTool" } });
  const { did, text } = await agent.ask(LIST);
  expect(did[0]).toMatch(/^bash .*exit 1$/);
  expect(did).toContain("write index.html");
  expect(text).toContain("That command failed, so I go on without it.");
});

test("the conversation's title comes from its first prompt", async () => {
  const { agent } = await anAgent();
  const { content } = await agent.client.doGenerate({
    prompt: [
      { role: "system", content: "You are a title generator. You output ONLY a thread title." },
      {
        role: "user",
        content: [{ type: "text", text: "Generate a title for this conversation:\n" }],
      },
      { role: "user", content: [{ type: "text", text: `"${LIST}"` }] },
    ],
  });
  expect(content).toEqual([{ type: "text", text: "To-do list for Ada's bakery" }]);
});

test("without tools, the model says that it needs one", async () => {
  const { agent } = await anAgent();
  const { content } = await agent.client.doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: LIST }] }],
  });
  expect(content).toMatchObject([
    { type: "text", text: expect.stringContaining("`write`") as string },
  ]);
});
