/** The steps of a turn: from the agent's lines to what its owner follows, and keeps. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { EMPTY_ANSWER, takeIntoAnswer } from "../../../convex/turns/output/answer.ts";
import { takeOutput } from "../../../convex/turns/output/decode.ts";
import { secretsOf } from "../../../convex/turns/output/masking.ts";
import { daytona, settle } from "../support/setup.ts";
import { dump } from "../support/builders.ts";
import { aGeneratingProject, pass } from "../support/turnSteps.ts";

const { steps: stepsQuery } = api.turns.queries;
const { cancel } = api.turns.mutations;
const SECRET = 'sk-"agent"-secret';
const A_NUMBER: unknown = expect.any(Number);

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.stubEnv("AGENT_ENV", JSON.stringify({ MODEL_KEY: SECRET }));
  vi.spyOn(console, "error").mockReturnValue();
});

/** A line that is a step. */
const step = (title: string, status = "running") =>
  `::step:: ${JSON.stringify({ title, status })}\n`;

/** What some output says: its text, and its steps as in `running: npm install`. */
function taken(output: string) {
  const { parts, steps } = takeIntoAnswer(EMPTY_ANSWER, output);
  return {
    text: parts.map(({ text }) => text).join(""),
    steps: steps.map(({ title, status }) => `${status}: ${title}`),
  };
}

/** A project whose agent is at work, and its steps as its owner reads them. */
async function aWorkingAgent() {
  const made = await aGeneratingProject();
  const steps = async () =>
    (await made.ada.query(stepsQuery, { turnId: made.turnId }))?.map(
      ({ title, status }) => `${status}: ${title}`,
    );
  return { ...made, steps };
}

describe("a line of the agent's output", () => {
  test("that is a step is no part of the answer", () => {
    expect(taken(`One\n${step("Ran npm install")}Two\n${step("Wrote it", "done")}`)).toEqual({
      text: "One\nTwo\n",
      steps: ["running: Ran npm install", "done: Wrote it"],
    });
  });

  test("may be the last one, without an end", () => {
    expect(taken(step("Ran it").trimEnd())).toEqual({ text: "", steps: ["running: Ran it"] });
  });

  test.for([
    ["what is no JSON", "::step:: {title}\n"],
    ["no object", '::step:: "Ran it"\n'],
    ["no title", '::step:: {"status":"done"}\n'],
    ["a blank title", '::step:: {"title":" ","status":"done"}\n'],
    ["an unknown status", '::step:: {"title":"Ran it","status":"stuck"}\n'],
    ["more than 2,048 characters", step("x".repeat(2048))],
    ["a mark within the line", `I say ${step("Ran it")}`],
  ] as const)("with %s is text", ([, line]) => {
    expect(taken(line)).toEqual({ text: line, steps: [] });
  });

  test.for([
    ["a step that has not ended", '::step:: {"title', 0],
    ["what may become one", "::st", 0],
    ["not a line too long to be one", `::step:: ${"x".repeat(2100)}`, 2109],
  ] as const)("waits for its end: %s", ([, begun, taken]) => {
    const taking = { secrets: secretsOf({}), isEnd: false, isFull: false, inLine: false };
    const output = new TextEncoder().encode(`One\n${begun}`);
    expect(takeOutput(output, taking).taken).toBe(4 + taken);
  });
});

describe("the steps of a running turn", () => {
  test("are there as they come, also in pieces, and end by their titles", async () => {
    const { t, steps, said, ada, turnId } = await aWorkingAgent();
    const line = step("Ran npm install");
    daytona.agent.output = `Hello\n${line.slice(0, 20)}`;
    await pass(t, 2_000);
    expect(await steps()).toEqual([]);
    daytona.agent.output += line.slice(20) + step("Wrote index.html");
    await pass(t, 2_000);
    expect(await steps()).toEqual(["running: Ran npm install", "running: Wrote index.html"]);
    daytona.agent.output += step("Ran npm install", "failed") + step("Read a file", "done");
    await pass(t, 2_000);
    const kept = ["failed: Ran npm install", "running: Wrote index.html", "done: Read a file"];
    expect(await steps()).toEqual(kept);
    expect((await ada.query(stepsQuery, { turnId }))?.[0]).toEqual({
      ...{ position: 1, title: "Ran npm install", status: "failed" },
      ...{ startedAt: A_NUMBER, endedAt: A_NUMBER },
    });
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await said()).toEqual([{ role: "assistant", content: "Hello\n" }]);
  });

  test("of one title end one by one, the last one first", async () => {
    const { t, steps } = await aWorkingAgent();
    daytona.agent.output = step("Ran it") + step("Ran it") + step("Ran it", "done");
    await pass(t, 2_000);
    expect(await steps()).toEqual(["running: Ran it", "done: Ran it"]);
  });

  test("write nothing to the turn before it ends", async () => {
    const { t, turns } = await aWorkingAgent();
    const before = await turns();
    daytona.agent.output = step("Ran it");
    await pass(t, 2_000);
    expect(await turns()).toEqual(before);
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await turns()).toMatchObject([{ status: "done", stepCount: 1 }]);
  });

  test("are 200 at most: later ones are dropped, and earlier ones still end", async () => {
    const { t, steps } = await aWorkingAgent();
    const titles = Array.from({ length: 250 }, (_, i) => `Step ${String(i + 1)}`);
    daytona.agent.output = titles.map((title) => step(title)).join("") + step("Step 1", "done");
    await pass(t, 2_000);
    expect(await steps()).toHaveLength(200);
    expect((await steps())?.[0]).toBe("done: Step 1");
    expect((await dump(t)).turnSteps).toHaveLength(200);
  });

  test("have titles of one line and 200 characters, which no database refuses", async () => {
    const { t, steps } = await aWorkingAgent();
    const titles = [" Ran\n\tit ", `${"x".repeat(199)}🎹`, "a\ud800b\u0000"];
    daytona.agent.output = titles.map((title) => step(title, "done")).join("");
    await pass(t, 2_000);
    expect(await steps()).toEqual(["done: Ran it", `done: ${"x".repeat(199)}`, "done: a\ufffdb"]);
  });

  test("hide the agent's keys, also behind JSON's escapes", async () => {
    const { t, steps } = await aWorkingAgent();
    const escaped = `::step:: {"title":"\\u0073k-\\"agent\\"-secret!","status":"done"}\n`;
    daytona.agent.output = step(`Used ${SECRET} twice`, "done") + escaped;
    await pass(t, 2_000);
    const cover = "*".repeat(SECRET.length);
    expect(await steps()).toEqual([`done: Used ${cover} twice`, `done: ${cover}!`]);
  });
});

describe("when the turn ends, a step that still runs", () => {
  test.for([
    ["done", "is done", 0],
    ["failed", "has failed", 1],
  ] as const)("%s: %s", async ([status, , exitCode]) => {
    const { t, steps } = await aWorkingAgent();
    daytona.agent.output = step("Ran it") + step("Wrote it", "done");
    daytona.agent.exitCode = exitCode;
    await pass(t);
    expect(await steps()).toEqual([`${status}: Ran it`, "done: Wrote it"]);
  });

  test("has failed with a turn that is cancelled, and what comes late adds none", async () => {
    const { t, ada, turnId, steps } = await aWorkingAgent();
    daytona.agent.output = step("Ran it");
    await pass(t, 2_000);
    await ada.mutation(cancel, { turnId });
    daytona.agent.output += step("Wrote it");
    await settle(t, 1_000);
    expect(await steps()).toEqual(["failed: Ran it"]);
  });
});

test("the steps go with their project", async () => {
  const { t, ada, projectId, steps } = await aWorkingAgent();
  daytona.agent.output = Array.from({ length: 200 }, (_, i) => step(`Step ${String(i)}`)).join("");
  await pass(t, 2_000);
  expect(await steps()).toHaveLength(200);
  await ada.mutation(api.projects.mutations.remove, { projectId });
  await settle(t, 1_000);
  expect(await dump(t)).toMatchObject({ turns: [], turnSteps: [], turnOutput: [], turnRuns: [] });
});
