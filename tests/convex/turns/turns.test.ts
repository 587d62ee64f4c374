/** The agent's turns: the first prompt and further ones, which wait for each other, are cancelled, and are tried again. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { refusal } from "../../contract/backend.ts";
import { DOWN } from "../support/fakeDaytona.ts";
import { daytona, settle } from "../support/setup.ts";
import { dump, rowOf, storeProject, storeStatus } from "../support/builders.ts";
import {
  aGeneratingProject,
  aReadyProject,
  aUser,
  pass,
  newProject,
} from "../support/turnSteps.ts";

const { create, retry: retryProject } = api.projects.actions;
const { start, cancel, retry } = api.turns.mutations;
const SECRET = "sk-agent-secret";
const A_NUMBER: unknown = expect.any(Number);
const SOMETHING: unknown = expect.anything();

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.stubEnv("AGENT_ENV", JSON.stringify({ MODEL_KEY: SECRET }));
  vi.spyOn(console, "error").mockReturnValue();
});

/** A project whose first turn runs, and which has these prompts waiting. */
async function withQueued(...prompts: string[]) {
  const made = await aGeneratingProject();
  const queued: Id<"turns">[] = [];
  for (const prompt of prompts) {
    const { turnId } = await made.ada.mutation(start, { projectId: made.projectId, prompt });
    queued.push(turnId);
  }
  return { ...made, queued };
}

/** Ends the running turn as its agent does. */
async function endAgent({ t }: { t: Parameters<typeof pass>[0] }, output: string, exitCode = 0) {
  Object.assign(daytona.agent, { output, exitCode });
  await pass(t);
}

describe("the first prompt", () => {
  test("reaches the agent in its environment, and nothing else", async () => {
    const { t, projectId } = await aGeneratingProject();
    expect(daytona.agent.input).toEqual({
      session: "quaver-turn-1",
      command: "quaver-agent --once",
      env: {
        MODEL_KEY: SECRET,
        QUAVER_PROMPT: newProject.prompt,
        QUAVER_PROJECT_ID: projectId,
        QUAVER_TURN: "1",
      },
    });
    expect(JSON.stringify(daytona.created)).not.toContain(SECRET);
    const scheduled = await t.run((ctx) => ctx.db.system.query("_scheduled_functions").collect());
    expect(JSON.stringify([await dump(t), scheduled])).not.toContain(SECRET);
    expect(JSON.stringify(scheduled)).not.toContain("falling");
  });

  test("is a turn of its own, whose answer is one message, and the exit code ends it", async () => {
    const { t, project, turns, said } = await aGeneratingProject();
    expect(await project()).toMatchObject({ status: "generating", operation: { kind: "turn" } });
    expect(await turns()).toMatchObject([{ number: 1, status: "running" }]);
    expect(await turns()).not.toMatchObject([{ promptMessageId: SOMETHING }]);
    daytona.agent.output = "::reasoning:: Blocks?\nI begin\nand";
    await pass(t, 2_000);
    expect(await said()).toEqual([]);
    daytona.agent.output += " end";
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await said()).toEqual([{ role: "assistant", content: "I begin\nand end" }]);
    const [message] = (await dump(t)).messages;
    expect(message?.parts).toEqual([
      { type: "reasoning", text: "Blocks?", duration: A_NUMBER },
      { type: "text", text: "I begin\nand end" },
    ]);
    expect(await turns()).toMatchObject([
      { status: "done", answerMessageId: message?._id, endedAt: A_NUMBER },
    ]);
    expect(await project()).toMatchObject({ status: "ready" });
    expect(await project()).not.toHaveProperty("operation");
    await settle(t);
    expect(daytona.calls.at(-1)).toBe("endSession");
    expect(await dump(t)).toMatchObject({ turnRuns: [], turnOutput: [], leases: [] });
  });

  test("whose answer has no reasoning is stored once, as content", async () => {
    const { t } = await aReadyProject();
    const { messages } = await dump(t);
    expect(messages).toMatchObject([{ content: "Here it is\n" }]);
    expect(messages[0]).not.toHaveProperty("parts");
  });

  test("needs no agent: without one the project is ready at once, and there is no turn", async () => {
    vi.stubEnv("AGENT_COMMAND", " ");
    const { ada, project, turns } = await aUser();
    await ada.action(create, newProject);
    expect((await project()).status).toBe("ready");
    expect(await turns()).toEqual([]);
    expect(daytona.commands).toEqual([]);
  });
});

describe("a further turn", () => {
  test("stores the user's message and answers it, in a session of its own", async () => {
    const { t, ada, projectId, project, turns, said } = await aReadyProject();
    const { turnId, messageId } = await ada.mutation(start, { projectId, prompt: "Faster!" });
    expect((await project()).status).toBe("generating");
    await pass(t, 1_000);
    expect(daytona.agent.input).toMatchObject({
      session: "quaver-turn-2",
      env: { QUAVER_PROMPT: "Faster!", QUAVER_TURN: "2" },
    });
    await endAgent({ t }, "Done\n");
    expect(await said()).toEqual([
      { role: "assistant", content: "Here it is\n" },
      { role: "user", content: "Faster!" },
      { role: "assistant", content: "Done\n" },
    ]);
    expect((await turns())[1]).toMatchObject({ _id: turnId, promptMessageId: messageId });
  });

  test("that is sent again is the same turn, also when it is over", async () => {
    const { t, ada, projectId } = await aReadyProject();
    const sent = { projectId, prompt: "Faster!", clientMessageId: "m-1" };
    const first = await ada.mutation(start, sent);
    expect(await ada.mutation(start, sent)).toEqual(first);
    await pass(t, 1_000);
    await endAgent({ t }, "Done\n");
    expect(await ada.mutation(start, sent)).toEqual(first);
    await pass(t);
    expect(daytona.commands).toHaveLength(2);
    const { messages, turns } = await dump(t);
    expect(messages.filter(({ role }) => role === "user")).toHaveLength(1);
    expect(turns).toHaveLength(2);
  });

  test("can't have the id of a message that is no prompt", async () => {
    const { ada, projectId } = await aReadyProject();
    const { insert } = api.messages.mutations;
    const message = { projectId, role: "user" as const, content: "A note", clientMessageId: "m-1" };
    await ada.mutation(insert, message);
    const sent = ada.mutation(start, { projectId, prompt: "Go", clientMessageId: "m-1" });
    const data = await refusal(sent);
    expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field: "clientMessageId" });
  });

  test.for(["creating", "stopped", "archived", "failed"] as const)(
    "is refused to a %s project, and nothing is stored",
    async (status) => {
      const { t, ada } = await aUser();
      const projectId = await storeProject(t, (await rowOf(ada))._id, { status });
      const data = await refusal(ada.mutation(start, { projectId, prompt: "And?" }));
      expect(data).toMatchObject({ code: "INVALID_TRANSITION", from: status, to: "generating" });
      expect((await dump(t)).messages).toEqual([]);
    },
  );

  test.for([
    ["a blank prompt", { prompt: " " }, "prompt"],
    ["a prompt that is too long", { prompt: "x".repeat(20_001) }, "prompt"],
    [
      "a name that is too long",
      { prompt: "Go", clientMessageId: "x".repeat(129) },
      "clientMessageId",
    ],
  ] as const)("with %s is refused", async ([, args, field]) => {
    const { t, ada } = await aUser();
    const projectId = await storeProject(t, (await rowOf(ada))._id);
    const data = await refusal(ada.mutation(start, { projectId, ...args }));
    expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field });
  });

  test("without an agent is refused, and so is trying one again", async () => {
    const { t, ada, projectId, turns } = await aGeneratingProject();
    await endAgent({ t }, "", 1);
    vi.stubEnv("AGENT_COMMAND", undefined);
    const data = await refusal(ada.mutation(start, { projectId, prompt: "Go" }));
    expect(data).toMatchObject({ code: "AGENT_NOT_CONFIGURED" });
    const again = await refusal(ada.mutation(retry, { turnId: (await turns())[0]!._id }));
    expect(again).toMatchObject({ code: "AGENT_NOT_CONFIGURED" });
  });

  test("may be asked for so often in an hour", async () => {
    const { ada, projectId } = await aReadyProject();
    for (let i = 0; i < 20; i++) {
      const { turnId } = await ada.mutation(start, { projectId, prompt: "Go" });
      await ada.mutation(cancel, { turnId });
    }
    const data = await refusal(ada.mutation(start, { projectId, prompt: "Go" }));
    expect(data.code).toBe("RATE_LIMITED");
  });
});

describe("prompts that come while the agent works", () => {
  test("wait, and are worked on in order, each after the answer before", async () => {
    const { t, turns, said, project } = await withQueued("Faster!", "Blue!");
    expect(await turns()).toMatchObject([
      { status: "running" },
      { status: "queued" },
      { status: "queued" },
    ]);
    for (const [turn, output] of ["One\n", "Two\n", "Three\n"].entries()) {
      expect((await project()).status).toBe("generating");
      expect(daytona.commands).toHaveLength(turn + 1);
      await endAgent({ t }, output);
    }
    expect((await project()).status).toBe("ready");
    expect(daytona.agent.input.env).toMatchObject({ QUAVER_PROMPT: "Blue!", QUAVER_TURN: "3" });
    expect(await said()).toEqual([
      { role: "assistant", content: "One\n" },
      { role: "user", content: "Faster!" },
      { role: "assistant", content: "Two\n" },
      { role: "user", content: "Blue!" },
      { role: "assistant", content: "Three\n" },
    ]);
  });

  test("are five at most", async () => {
    const { ada, projectId, turns } = await withQueued("1", "2", "3", "4", "5");
    const data = await refusal(ada.mutation(start, { projectId, prompt: "6" }));
    expect(data).toMatchObject({ code: "QUEUE_FULL", limit: 5 });
    expect(await turns()).toHaveLength(6);
  });

  test("can be withdrawn: they are gone, and the others keep their order", async () => {
    const { t, ada, queued, turns, said } = await withQueued("Faster!", "Blue!");
    await ada.mutation(cancel, { turnId: queued[0]! });
    expect(await turns()).toMatchObject([{ status: "running" }, { status: "queued" }]);
    await endAgent({ t }, "One\n");
    await endAgent({ t }, "Two\n");
    expect(await said()).toEqual([
      { role: "assistant", content: "One\n" },
      { role: "user", content: "Blue!" },
      { role: "assistant", content: "Two\n" },
    ]);
    const data = await refusal(ada.mutation(cancel, { turnId: queued[0]! }));
    expect(data.code).toBe("NOT_FOUND");
  });

  test("go on after a turn that failed, or was cancelled", async () => {
    const { t, ada, turns } = await withQueued("Faster!", "Blue!");
    await endAgent({ t }, "", 1);
    const running = (await turns())[1]!;
    expect(running.status).toBe("running");
    await ada.mutation(cancel, { turnId: running._id });
    await pass(t, 2_000);
    expect((await turns()).map(({ status }) => status)).toEqual(["failed", "cancelled", "running"]);
  });

  test("find no agent of a turn that was cancelled at work beside theirs", async () => {
    const { t, ada, turns } = await withQueued("Faster!");
    daytona.fail("endSession", DOWN, 2);
    await ada.mutation(cancel, { turnId: (await turns())[0]!._id });
    await pass(t, 60_000);
    const [first, second] = [
      daytona.calls.indexOf("endSession"),
      daytona.calls.lastIndexOf("startCommand"),
    ];
    expect(first).toBeGreaterThan(-1);
    expect(second).toBeGreaterThan(first);
    expect(daytona.commands).toHaveLength(2);
  });

  test.for(["stopped", "missing"] as const)(
    "fail with the sandbox that they wait for, if it is %s",
    async (state) => {
      const { t, sandboxId, turns, project } = await withQueued("Faster!", "Blue!");
      daytona.drift(sandboxId, state);
      await pass(t);
      expect(await turns()).toMatchObject([
        { status: "failed", failure: { retryable: true } },
        { status: "failed", failure: { retryable: true } },
        { status: "failed", failure: { retryable: true } },
      ]);
      await settle(t, 60_000);
      expect((await project()).status).toBe(state === "missing" ? "failed" : "stopped");
      expect(daytona.commands).toHaveLength(1);
    },
  );

  test("find no agent at work that was lost sight of, though others failed in between", async () => {
    const { t, ada, queued, turns } = await withQueued("Faster!");
    daytona.fail("readCommand", DOWN, 1_000);
    daytona.fail("endSession", DOWN, 8);
    await pass(t, 6 * 60_000);
    expect((await turns()).map(({ status }) => status)).toEqual(["failed", "failed"]);
    daytona.heal();
    await ada.mutation(retry, { turnId: queued[0]! });
    await pass(t, 2_000);
    expect(daytona.commands).toHaveLength(2);
    expect(daytona.ended).toContain("quaver-turn-1");
  });

  test("that fail with their sandbox come after the prompt for which they waited", async () => {
    const { t, ada, projectId, sandboxId, said } = await aGeneratingProject();
    for (const prompt of ["two", "three", "four"]) {
      await ada.mutation(start, { projectId, prompt });
      await pass(t, 500);
    }
    daytona.agent.exitCode = 0; // "two" begins, after "three" and "four" were sent
    await pass(t, 1_500);
    daytona.drift(sandboxId, "missing");
    await pass(t);

    const turns = await ada.query(api.turns.queries.listByProject, { projectId });
    expect(turns.map(({ status }) => status)).toEqual(["done", "failed", "failed", "failed"]);
    expect(turns[3]?.failure?.reason).toMatch(/^Not started because the previous prompt failed\. /);
    const prompts = (await said()).filter(({ role }) => role === "user");
    expect(prompts.map(({ content }) => content)).toEqual(["two", "three", "four"]);
  });
});

describe("cancelling", () => {
  test("ends the agent, keeps what it said, and leaves the project ready", async () => {
    const { t, ada, turns, project, said } = await aGeneratingProject();
    daytona.agent.output = "Half of";
    await pass(t, 2_000);
    await ada.mutation(cancel, { turnId: (await turns())[0]!._id });
    expect((await project()).status).toBe("ready");
    expect(await turns()).toMatchObject([{ status: "cancelled", endedAt: A_NUMBER }]);
    await pass(t);
    expect(daytona.agentRuns).toBe(false);
    expect(await said()).toEqual([{ role: "assistant", content: "Half of" }]);
    await settle(t);
  });

  test("ends the agent though Daytona fails for a while", async () => {
    const { t, ada, turns } = await aGeneratingProject();
    daytona.fail("endSession", DOWN, 4);
    await ada.mutation(cancel, { turnId: (await turns())[0]!._id });
    await settle(t, 60_000);
    expect(daytona.faultsLeft).toBe(0);
    expect(daytona.agentRuns).toBe(false);
  });

  test("that comes while a poll is under way makes the poll write nothing", async () => {
    const { t, ada, turns, project, said } = await aGeneratingProject();
    const [turn] = await turns();
    daytona.agent.output = "Too late\n";
    daytona.agent.exitCode = 1;
    daytona.during = async (call) => {
      if (call === "readCommand") await ada.mutation(cancel, { turnId: turn!._id });
    };
    await pass(t);
    expect((await project()).status).toBe("ready");
    expect(await turns()).toMatchObject([{ status: "cancelled" }]);
    expect(await said()).toEqual([]);
  });

  test("a turn that is over does nothing", async () => {
    const { t, ada, turns } = await aReadyProject();
    await settle(t);
    const before = await dump(t);
    await ada.mutation(cancel, { turnId: (await turns())[0]!._id });
    expect(await dump(t)).toEqual(before);
  });
});

describe("trying a turn again", () => {
  test("works on the same prompt, in a session of its own, and its message stays one", async () => {
    const { t, ada, projectId, said } = await aReadyProject();
    const { turnId } = await ada.mutation(start, { projectId, prompt: "Faster!" });
    await pass(t, 1_000);
    await endAgent({ t }, "I try\n", 1);
    const again = await ada.mutation(retry, { turnId });
    await pass(t, 1_000);
    expect(daytona.agent.input).toMatchObject({
      session: "quaver-turn-3",
      env: { QUAVER_PROMPT: "Faster!", QUAVER_TURN: "3" },
    });
    await endAgent({ t }, "Done\n");
    expect(await said()).toEqual([
      { role: "assistant", content: "Here it is\n" },
      { role: "user", content: "Faster!" },
      { role: "assistant", content: "I try\n" },
      { role: "assistant", content: "Done\n" },
    ]);
    expect(again.turnId).not.toBe(turnId);
  });

  test("twice is one turn; and each failure can be tried again", async () => {
    const { t, ada, turns } = await aGeneratingProject();
    const [turn] = await turns();
    await endAgent({ t }, "", 1);
    const { turnId } = await ada.mutation(retry, { turnId: turn!._id });
    expect(await ada.mutation(retry, { turnId: turn!._id })).toEqual({ turnId });
    await pass(t, 1_000);
    await endAgent({ t }, "", 1);
    expect(await ada.mutation(retry, { turnId: turn!._id })).toEqual({ turnId });
    const third = await ada.mutation(retry, { turnId });
    expect(third.turnId).not.toBe(turnId);
    expect(await turns()).toHaveLength(3);
    expect((await dump(t)).messages).toEqual([]);
  });

  test("waits for a turn that runs, and can be withdrawn without its prompt", async () => {
    const { t, ada, projectId, turns, said } = await aReadyProject();
    const { turnId } = await ada.mutation(start, { projectId, prompt: "Faster!" });
    await pass(t, 1_000);
    await endAgent({ t }, "", 1);
    await ada.mutation(start, { projectId, prompt: "Blue!" });
    const first = await ada.mutation(retry, { turnId });
    await ada.mutation(cancel, { turnId: first.turnId });
    const second = await ada.mutation(retry, { turnId });
    expect((await turns()).at(-1)).toMatchObject({ _id: second.turnId, status: "queued" });
    await pass(t, 1_000);
    await endAgent({ t }, "In blue\n");
    await endAgent({ t }, "Fast\n");
    expect((await said()).map(({ content }) => content)).toEqual([
      "Here it is\n",
      "Faster!",
      "Blue!",
      "In blue\n",
      "Fast\n",
    ]);
  });

  test.for(["running", "done"] as const)("is refused for one that is %s", async (status) => {
    const { ada, turns } = await (status === "done" ? aReadyProject() : aGeneratingProject());
    const data = await refusal(ada.mutation(retry, { turnId: (await turns())[0]!._id }));
    expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field: "turnId" });
  });

  test("is refused while the project is stopped", async () => {
    const { t, ada, projectId, turns } = await aGeneratingProject();
    await endAgent({ t }, "", 1);
    await storeStatus(t, projectId, "stopped");
    const data = await refusal(ada.mutation(retry, { turnId: (await turns())[0]!._id }));
    expect(data).toMatchObject({ code: "INVALID_TRANSITION", from: "stopped" });
  });
});

describe("a project that gets a sandbox again", () => {
  test("has the agent begin with its first prompt, as the new one is empty", async () => {
    const { t, ada, projectId, sandboxId, project } = await aReadyProject();
    await ada.mutation(start, { projectId, prompt: "Faster!" });
    await pass(t, 1_000);
    daytona.drift(sandboxId, "missing");
    await pass(t);
    expect(await project()).toMatchObject({ status: "failed", failure: { retryable: true } });
    await ada.action(retryProject, { projectId });
    await pass(t, 1_000);
    expect(daytona.agent.input).toMatchObject({
      session: "quaver-turn-3",
      env: { QUAVER_PROMPT: newProject.prompt },
    });
  });

  test("that is the same runs nothing", async () => {
    const { t, ada, projectId, project, sandboxId } = await aReadyProject();
    daytona.drift(sandboxId, "error");
    daytona.find(sandboxId)!.recoverable = true;
    await storeStatus(t, projectId, "failed");
    await ada.action(retryProject, { projectId });
    expect((await project()).status).toBe("ready");
    expect(daytona.commands).toHaveLength(1);
  });
});

describe("a project that is removed while the agent works", () => {
  test("is gone with all that the agent said", async () => {
    const { t, ada, projectId } = await aGeneratingProject();
    daytona.agent.output = "Hello\n";
    await pass(t, 2_000);
    vi.stubEnv("AGENT_COMMAND", undefined);
    await ada.action(api.projects.actions.create, { name: "Other", prompt: "x" });
    daytona.during = async (call) => {
      if (call !== "readCommand") return;
      daytona.during = () => Promise.resolve();
      await ada.mutation(api.projects.mutations.remove, { projectId });
    };
    daytona.agent.exitCode = 0;
    await pass(t, 10_000);
    await settle(t);
    const { projects, messages, turns, turnRuns, turnOutput } = await dump(t);
    expect(projects.map(({ name }) => name)).toEqual(["Other"]);
    const ofRemoved = [...messages, ...turns, ...turnRuns].filter(
      (row) => row.projectId === projectId,
    );
    expect(ofRemoved).toEqual([]);
    expect(turnOutput).toEqual([]);
  });
});
