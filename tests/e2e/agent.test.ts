/**
 * The real agent: opencode in a sandbox, with the emulated model, over `bun run dev --agent` and the official clients.
 * One project goes through all of it.
 */
import type { ModelFault } from "@quaver/emulators";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { runConvex } from "../../scripts/lib/convex-cli.ts";
import { httpClient } from "../support/clients.ts";
import type { Ready } from "../support/dev.ts";
import { onDev } from "../support/dev-suite.ts";
import { freshToken, type Person } from "../support/emulators.ts";
import { until } from "../support/until.ts";
import { setEnvironment } from "../support/world.ts";

const { start, cancel } = api.turns.mutations;
const { listByProject, steps } = api.turns.queries;
const { changes, readFile, restore } = api.turns.actions;

/** So that trouble that may pass is waited for once, and an endless answer ends soon. */
const LIMITS = { QUAVER_MODEL_RETRIES: "1", QUAVER_MODEL_MAX_ANSWER: "2000" };

let dev: Ready;
let ada: Person;
let dataDir: string;
onDev((suite) => ({ dev, ada, dataDir } = suite), ["--agent"]);

let projectId: Id<"projects">;

const client = async () => httpClient(dev.url, await freshToken(dev, ada));

beforeAll(async () => {
  const { stdout } = await runConvex(dev, ["env", "get", "AGENT_ENV"], { cwd: `${dataDir}/cli` });
  const agentEnv = JSON.parse(stdout) as Record<string, string>;
  await setEnvironment(dev, { AGENT_ENV: JSON.stringify({ ...agentEnv, ...LIMITS }) });
  await (await client()).action(api.auth.users.syncCurrentUser, {});
});

/** A turn once it has ended, and the titles of its steps with what became of them. */
async function ended(turnId?: Id<"turns">) {
  const turn = await until("the end of a turn", async () => {
    const turns = await (await client()).query(listByProject, { projectId });
    const found = turnId === undefined ? turns.at(-1) : turns.find(({ _id }) => _id === turnId);
    return found !== undefined && !["queued", "running"].includes(found.status) && found;
  });
  return { ...turn, steps: await stepsOf(turn._id) };
}

async function stepsOf(turnId: Id<"turns">): Promise<string[]> {
  const found = await (await client()).query(steps, { turnId });
  return (found ?? []).map(({ title, status }) => `${title}: ${status}`);
}

/** Gives the agent a prompt. */
async function ask(prompt: string): Promise<Id<"turns">> {
  return (await (await client()).mutation(start, { projectId, prompt })).turnId;
}

async function textOf(path: string): Promise<string> {
  const file = await (await client()).action(readFile, { projectId, path });
  return file.kind === "text" ? file.text : file.kind;
}

/** Lets the model's answers go wrong until the test is over. */
async function breakModel(rule: { nth?: number; kind: unknown }): Promise<void> {
  const faults = `${dev.modelUrl!}/_faults`;
  const body = JSON.stringify({ path: "/v1/chat/completions", ...rule });
  const answer = await fetch(faults, { method: "POST", body });
  expect(answer.status).toBe(200);
  onTestFinished(async () => {
    await fetch(faults, { method: "DELETE" });
  });
}

test("the first prompt makes an app, which the preview shows", async () => {
  const project = { name: "Lunch", prompt: "Make a poll about lunch" };
  ({ projectId } = await (await client()).action(api.projects.actions.create, project));
  const turn = await ended();
  expect(turn).toMatchObject({ number: 1, status: "done" });
  expect(turn.steps).toEqual(
    expect.arrayContaining([
      "Wrote index.html: done",
      "Wrote style.css: done",
      "Wrote app.js: done",
    ]),
  );
  const messages = await (await client()).query(api.messages.queries.listByProject, { projectId });
  expect(messages.map(({ role }) => role)).toEqual(["assistant"]);
  expect(messages[0]!.content).toContain("is ready");
  expect(messages[0]!.parts!.map(({ type }) => type)).toContain("reasoning");
  const preview = await until("the app to listen", async () => {
    const asked = await (await client()).action(api.projects.actions.previewUrl, { projectId });
    return asked.isListening && asked;
  });
  const page = await until("the app", async () => {
    const response = await fetch(preview.url);
    return response.status === 200 && (await response.text());
  });
  expect(page).toMatch(/<title>[^<]*lunch/i);
});

test("a change is made to what is there, and can be taken back", async () => {
  const before = await textOf("style.css");
  const change = await ended(await ask("In orange, please"));
  expect(change.status).toBe("done");
  expect(await textOf("style.css")).not.toBe(before);
  const { files } = await (await client()).action(changes, { turnId: change._id });
  expect(files.map(({ path }) => path)).toContain("style.css");
  expect(files.filter(({ path }) => path.includes("node_modules"))).toEqual([]);

  const turns = await (await client()).query(listByProject, { projectId });
  const first = turns.find(({ number }) => number === 1);
  const back = await (await client()).action(restore, { turnId: first!._id });
  expect((await ended(back.turnId)).status).toBe("done");
  expect(await textOf("style.css")).toBe(before);
});

test("cancelled in the middle, it leaves the project ready for the next prompt", async () => {
  await breakModel({ nth: 3, kind: { delayMs: 600_000 } });
  const turnId = await ask("Make the title bigger");
  await until("a step", async () => (await stepsOf(turnId)).length > 1);
  await (await client()).mutation(cancel, { turnId });
  expect((await ended(turnId)).status).toBe("cancelled");
  const project = await (await client()).query(api.projects.queries.getById, { projectId });
  expect(project?.status).toBe("ready");
});

test("a command that fails is a step that failed, and the agent goes on", async () => {
  await breakModel({ kind: { model: "failingTool" } });
  const turn = await ended(await ask("Make it dark"));
  expect(turn.status).toBe("done");
  expect(turn.steps[0]).toMatch(/^Ran echo .*: failed$/);
  expect(turn.steps).toContain("Wrote style.css: done");
});

test.each<[ModelFault, RegExp]>([
  ["invalidKey", /^The model's key was refused\..*AGENT_ENV/],
  ["quota", /^The model's quota is used up\./],
  ["rateLimit", /^The model is asked too often at the moment\. It was asked 2 times\. Try again/],
  ["brokenStream", /^The connection to the model broke\. It was asked 2 times\. Try again/],
  ["endlessAnswer", /^The model's answer did not end: it was stopped after 2000 characters/],
])("%s is said in words", async (fault, words) => {
  await breakModel({ kind: { model: fault } });
  const { status, failure } = await ended(await ask("Undo that"));
  expect(status).toBe("failed");
  expect(failure?.stderr).toMatch(words);
});
