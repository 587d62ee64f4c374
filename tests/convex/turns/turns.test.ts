/** The agent's turns: for the first prompt and for further ones, whatever happens meanwhile. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { refusal } from "../../contract/backend.ts";
import { DOWN, FakeSandboxError, type Call } from "../support/fakeDaytona.ts";
import { daytona, passUntil, settle } from "../support/setup.ts";
import { dump, rowOf, storeProject, storeStatus } from "../support/builders.ts";
import { aGeneratingProject, aUser, pass, newProject } from "../support/turnSteps.ts";

const { create, retry } = api.projects.actions;
const { start: startTurn, cancel: cancelTurn } = api.turns.mutations;
const SECRET = "sk-agent-secret";

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.stubEnv("AGENT_ENV", JSON.stringify({ MODEL_KEY: SECRET }));
  vi.spyOn(console, "error").mockReturnValue();
});

/** A project whose agent has answered the first prompt. */
async function aReadyProject() {
  const made = await aGeneratingProject();
  daytona.agent.output = "Here it is\n";
  daytona.agent.exitCode = 0;
  await pass(made.t);
  expect((await made.project()).status).toBe("ready");
  return made;
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

  test("is answered in one message that grows, and the exit code ends it", async () => {
    const { t, project, said } = await aGeneratingProject();
    expect(await project()).toMatchObject({
      status: "generating",
      operation: { kind: "turn" },
    });
    expect(await project()).not.toHaveProperty("turnProgress");
    expect(await said()).toEqual([]);
    daytona.agent.output = "::reasoning:: Blocks?\nI beg";
    await pass(t, 2_000);
    expect(await said()).toEqual([{ role: "assistant", content: "" }]);
    daytona.agent.output += "in\nand";
    await pass(t, 2_000);
    expect(await said()).toEqual([{ role: "assistant", content: "I begin\n" }]);
    daytona.agent.output += " end";
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await said()).toEqual([{ role: "assistant", content: "I begin\nand end" }]);
    const [message] = (await dump(t)).messages;
    expect(message?.parts).toMatchObject([
      { type: "reasoning", text: "Blocks?" },
      { type: "text", text: "I begin\nand end" },
    ]);
    const [reasoning] = message!.parts!;
    expect(reasoning).toHaveProperty("duration");
    expect(await project()).toMatchObject({ status: "ready" });
    expect(await project()).not.toHaveProperty("operation");
    await settle(t);
    expect(daytona.calls.at(-1)).toBe("endSession");
  });

  test("needs no agent: without one the project is ready at once", async () => {
    vi.stubEnv("AGENT_COMMAND", " ");
    const { ada, project } = await aUser();
    await ada.action(create, newProject);
    expect((await project()).status).toBe("ready");
    expect(daytona.commands).toEqual([]);
  });

  test("that the agent fails on fails the project, in words, and keeps what was said", async () => {
    const { t, project, said } = await aGeneratingProject();
    daytona.agent.output = "I try\n";
    daytona.agent.exitCode = 3;
    await pass(t);
    expect(await project()).toMatchObject({
      status: "failed",
      failure: { reason: "The agent ended with exit code 3.", retryable: true },
    });
    expect(await said()).toEqual([{ role: "assistant", content: "I try\n" }]);
  });
});

describe("a further turn", () => {
  test("stores the user's message and answers it, in a session of its own", async () => {
    const { t, ada, projectId, project, said } = await aReadyProject();
    const { messageId } = await ada.mutation(startTurn, { projectId, prompt: "Faster!" });
    expect((await project()).status).toBe("generating");
    await pass(t, 1_000);
    expect(daytona.agent.input).toMatchObject({
      session: "quaver-turn-2",
      env: { QUAVER_PROMPT: "Faster!", QUAVER_TURN: "2" },
    });
    daytona.agent.output = "Done\n";
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await said()).toEqual([
      { role: "assistant", content: "Here it is\n" },
      { role: "user", content: "Faster!" },
      { role: "assistant", content: "Done\n" },
    ]);
    expect((await dump(t)).messages[1]?._id).toBe(messageId);
  });

  test("that is sent again is the same turn", async () => {
    const { t, ada, projectId } = await aReadyProject();
    const sent = { projectId, prompt: "Faster!", clientMessageId: "m-1" };
    const first = await ada.mutation(startTurn, sent);
    expect(await ada.mutation(startTurn, sent)).toEqual(first);
    await pass(t, 1_000);
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await ada.mutation(startTurn, sent)).toEqual(first);
    await pass(t);
    expect(daytona.commands).toHaveLength(2);
    const { messages } = await dump(t);
    expect(messages.filter(({ role }) => role === "user")).toHaveLength(1);
  });

  test("is refused while the agent is at work", async () => {
    const { ada, projectId } = await aGeneratingProject();
    const data = await refusal(ada.mutation(startTurn, { projectId, prompt: "And?" }));
    expect(data).toMatchObject({ code: "OPERATION_IN_PROGRESS", operation: "turn" });
  });

  test.for(["creating", "stopped", "archived", "failed"] as const)(
    "is refused to a %s project, and nothing is stored",
    async (status) => {
      const { t, ada } = await aUser();
      const projectId = await storeProject(t, (await rowOf(ada))._id, { status });
      const data = await refusal(ada.mutation(startTurn, { projectId, prompt: "And?" }));
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
    const data = await refusal(ada.mutation(startTurn, { projectId, ...args }));
    expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field });
  });

  test("without an agent is refused", async () => {
    vi.stubEnv("AGENT_COMMAND", undefined);
    const { t, ada } = await aUser();
    const projectId = await storeProject(t, (await rowOf(ada))._id);
    const data = await refusal(ada.mutation(startTurn, { projectId, prompt: "Go" }));
    expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field: "prompt" });
  });

  test("may be asked for so often in an hour", async () => {
    const { ada, projectId } = await aReadyProject();
    for (let i = 0; i < 20; i++) {
      await ada.mutation(startTurn, { projectId, prompt: "Go" });
      await ada.mutation(cancelTurn, { projectId });
    }
    const data = await refusal(ada.mutation(startTurn, { projectId, prompt: "Go" }));
    expect(data.code).toBe("RATE_LIMITED");
  });
});

describe("cancelling", () => {
  test("ends the agent, keeps what it said, and leaves the project ready", async () => {
    const { t, ada, projectId, project, said } = await aGeneratingProject();
    daytona.agent.output = "Half\n";
    await pass(t, 2_000);
    await ada.mutation(cancelTurn, { projectId });
    expect((await project()).status).toBe("ready");
    await pass(t);
    expect(daytona.agentRuns).toBe(false);
    expect(await said()).toEqual([{ role: "assistant", content: "Half\n" }]);
    await settle(t);
  });

  test("ends the agent though Daytona fails for a while", async () => {
    const { t, ada, projectId } = await aGeneratingProject();
    daytona.fail("endSession", DOWN, 4);
    await ada.mutation(cancelTurn, { projectId });
    await settle(t, 60_000);
    expect(daytona.faultsLeft).toBe(0);
    expect(daytona.agentRuns).toBe(false);
  });

  test("that comes while a look is under way makes the look write nothing", async () => {
    const { t, ada, projectId, project, said } = await aGeneratingProject();
    daytona.agent.output = "Too late\n";
    daytona.agent.exitCode = 1;
    daytona.during = async (call) => {
      if (call === "readCommand") await ada.mutation(cancelTurn, { projectId });
    };
    await pass(t);
    expect((await project()).status).toBe("ready");
    expect(await said()).toEqual([]);
  });

  test("when nothing is under way does nothing", async () => {
    const { t, ada, projectId } = await aReadyProject();
    const before = await dump(t);
    await ada.mutation(cancelTurn, { projectId });
    expect(await dump(t)).toEqual(before);
  });
});

describe("what can't be kept out of an answer by the agent", () => {
  test("its keys are masked", async () => {
    const { t, said } = await aGeneratingProject();
    daytona.agent.output = `MODEL_KEY=${SECRET}\n::reasoning:: ${SECRET}\n`;
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await said()).toEqual([
      { role: "assistant", content: `MODEL_KEY=${"*".repeat(SECRET.length)}\n` },
    ]);
    expect(JSON.stringify(await dump(t))).not.toContain(SECRET);
  });

  test("nor is a key that comes in pieces, with something hidden in it, on a line without end", async () => {
    const { t, project } = await aGeneratingProject();
    const pieces = ["x".repeat(70_000), SECRET.slice(0, 5), `\0${SECRET.slice(5)}`, "y\n"];
    for (const piece of pieces) {
      daytona.agent.output += piece;
      await pass(t, 4_000);
      expect(JSON.stringify(await dump(t))).not.toContain(SECRET.slice(0, 5));
    }
    daytona.agent.exitCode = 0;
    await pass(t);
    expect((await project()).status).toBe("ready");
    const { messages } = await dump(t);
    const covered = "*".repeat(SECRET.length);
    expect(messages.at(-1)?.content).toBe(`${"x".repeat(70_000)}${covered}y\n`);
  });

  test("the last words of its own log reach the deployment's log in one line, its keys masked", async () => {
    const { t, project } = await aGeneratingProject();
    daytona.agent.errors = `Traceback\r\nkey \0${SECRET.slice(0, 4)}\0${SECRET.slice(4)} is wrong\n`;
    daytona.agent.exitCode = 3;
    await pass(t);
    expect((await project()).status).toBe("failed");
    const lines = vi.mocked(console.error).mock.calls.map(String);
    expect(lines).toHaveLength(1);
    const covered = "*".repeat(SECRET.length);
    expect(lines[0]).toMatch(/^The agent of project \S+ ended with exit code 3: /);
    expect(lines[0]).toContain(`"Traceback\\nkey ${covered} is wrong\\n"`);
  });

  test("output without end is cut, with a note, and the turn goes on", async () => {
    const { t, project } = await aGeneratingProject();
    daytona.agent.output = "é".repeat(500_000);
    await pass(t, 4_000);
    const { messages } = await dump(t);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.content).toHaveLength(100_000);
    expect(messages[0]?.content).toContain("left out");
    expect((await project()).status).toBe("generating");
    daytona.agent.exitCode = 0;
    await pass(t);
    expect((await project()).status).toBe("ready");
  });

  test("a lot of output is taken in several looks, and none of it is lost", async () => {
    const { t, said } = await aGeneratingProject();
    const lines = Array.from({ length: 9_000 }, (_, i) => `Line ${String(i)}\n`).join("");
    daytona.agent.output = lines;
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(lines.length).toBeGreaterThan(64 * 1024);
    expect(await said()).toEqual([{ role: "assistant", content: lines }]);
  });
});

describe("when Daytona fails", () => {
  test.for(["connect", "keepAwake", "startCommand"] as const)(
    "for a while at %s, the agent is started all the same, once",
    async (call) => {
      const { t, ada, project } = await aUser();
      await ada.action(create, newProject);
      for (const after of [false, true]) daytona.fail(call, DOWN, 2, { after });
      if (call === "connect") daytona.heal();
      daytona.fail(call, DOWN, 3);
      await pass(t, 60_000);
      expect(daytona.commands).toHaveLength(1);
      daytona.heal();
      daytona.agent.exitCode = 0;
      await pass(t);
      expect((await project()).status).toBe("ready");
    },
  );

  test("for a while at a look, the turn goes on", async () => {
    const { t, project, said } = await aGeneratingProject();
    daytona.agent.output = "Still here\n";
    daytona.fail("readCommand", DOWN, 20);
    await pass(t, 90_000);
    expect((await project()).status).toBe("generating");
    daytona.agent.exitCode = 0;
    await pass(t, 60_000);
    expect((await project()).status).toBe("ready");
    expect(await said()).toEqual([{ role: "assistant", content: "Still here\n" }]);
  });

  test("and hangs, a poll holds its place for no more than a minute", async () => {
    const { t, project } = await aGeneratingProject();
    daytona.hangs = () => true;
    let [longest, since] = [0, Infinity];
    await passUntil(async () => {
      const jobs = await t.run(({ db }) => db.system.query("_scheduled_functions").collect());
      const runs = jobs.some(
        ({ name, state }) => name.includes("turns") && state.kind === "inProgress",
      );
      since = runs ? Math.min(since, Date.now()) : Infinity;
      longest = Math.max(longest, Date.now() - since);
      return (await project()).status === "failed";
    }, 10 * 60_000);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(60_000);
  });

  test("for too long, the project fails", async () => {
    const { t, project } = await aGeneratingProject();
    daytona.fail("readCommand", DOWN, 1_000);
    await pass(t, 6 * 60_000);
    expect(await project()).toMatchObject({ status: "failed", failure: { retryable: true } });
  });

  const repeating = new FakeSandboxError("INVALID", false);
  repeating.message = `bad request: {"envs":{"MODEL_KEY":"${SECRET}"}}`;
  const LASTING: [string, Call, Error][] = [
    ["a start that is refused", "startCommand", new FakeSandboxError("FORBIDDEN", false)],
    ["a refusal that repeats the request", "startCommand", repeating],
    ["an error that should not happen", "startCommand", new TypeError(`secret ${SECRET}`)],
  ];
  test.for(LASTING)(
    "for good: %s fails the project, and tells no secret",
    async ([, call, error]) => {
      const { t, ada, project } = await aUser();
      daytona.fail(call, error, 1_000);
      await ada.action(create, newProject);
      await pass(t);
      expect((await project()).status).toBe("failed");
      const written = JSON.stringify([
        await dump(t),
        vi.mocked(console.error).mock.calls.map(String),
      ]);
      expect(written).not.toContain(SECRET);
    },
  );

  test.for([
    ["stopped", "stopped"],
    ["restarted", "started"],
    ["gone", "missing"],
  ] as const)("a sandbox that is %s under the agent fails the project", async ([what, state]) => {
    const { t, project, sandboxId } = await aGeneratingProject();
    daytona.drift(sandboxId, "stopped");
    daytona.drift(sandboxId, state);
    await pass(t);
    expect(await project()).toMatchObject({ status: "failed", failure: { retryable: true } });
    expect("sandboxId" in (await project())).toBe(what !== "gone");
  });

  test.for(["{", "[]", '{"A":1}', '{"QUAVER_TURN":"7"}'])(
    "AGENT_ENV %s is the operator's fault, and only its name is logged",
    async (text) => {
      vi.stubEnv("AGENT_ENV", text);
      const { t, ada, project } = await aUser();
      await ada.action(create, newProject);
      await pass(t);
      expect(await project()).toMatchObject({ status: "failed", failure: { retryable: false } });
      const log = vi.mocked(console.error).mock.calls.join("\n");
      expect(log).toContain("AGENT_ENV");
      expect(log).not.toContain(text);
    },
  );
});

describe("time", () => {
  test("keeps the sandbox from idling out", async () => {
    const { t } = await aGeneratingProject();
    await pass(t, 5 * 60_000);
    const kept = daytona.calls.filter((call) => call === "keepAwake").length;
    expect(kept).toBeGreaterThanOrEqual(4);
    expect(kept).toBeLessThan(10);
  });

  test("passes ten minutes, which no action may last", async () => {
    const { t, project } = await aGeneratingProject();
    await pass(t, 12 * 60_000);
    daytona.agent.exitCode = 0;
    await pass(t);
    expect((await project()).status).toBe("ready");
  });

  test("runs out after half an hour: the agent is ended, and the project says so", async () => {
    const { t, project } = await aGeneratingProject();
    await pass(t, 30 * 60_000 + 10_000);
    expect(await project()).toMatchObject({
      status: "failed",
      failure: { reason: "The agent took too long, and was ended.", retryable: true },
    });
    await pass(t);
    expect(daytona.agentRuns).toBe(false);
  });
});

describe("a project that is removed while the agent works", () => {
  test("is gone with all that the agent said", async () => {
    const { t, ada, projectId } = await aGeneratingProject();
    daytona.agent.output = "Hello\n";
    await pass(t, 2_000);
    await ada.action(api.projects.actions.create, { name: "Other", prompt: "x" });
    daytona.during = async (call) => {
      if (call !== "readCommand") return;
      daytona.during = () => Promise.resolve();
      await ada.mutation(api.projects.mutations.remove, { projectId });
    };
    daytona.agent.exitCode = 0;
    await pass(t, 10_000);
    const { projects, messages } = await dump(t);
    expect(projects.map(({ name }) => name)).toEqual(["Other"]);
    expect(messages.filter((message) => message.projectId === projectId)).toEqual([]);
  });
});

describe("retrying", () => {
  test("has the agent take up the prompt that it failed on, in a session of its own", async () => {
    const { t, ada, projectId, sandboxId } = await aReadyProject();
    await ada.mutation(startTurn, { projectId, prompt: "Faster!" });
    await pass(t, 1_000);
    daytona.agent.exitCode = 1;
    await pass(t);
    expect(await ada.action(retry, { projectId })).toEqual({ projectId, sandboxId });
    await pass(t, 1_000);
    expect(daytona.agent.input).toMatchObject({
      session: "quaver-turn-3",
      env: { QUAVER_PROMPT: "Faster!", QUAVER_TURN: "3" },
    });
  });

  test("in a new sandbox begins with the first prompt", async () => {
    const { t, ada, projectId, sandboxId } = await aReadyProject();
    await ada.mutation(startTurn, { projectId, prompt: "Faster!" });
    await pass(t, 1_000);
    daytona.drift(sandboxId, "missing");
    await pass(t);
    await ada.action(retry, { projectId });
    await pass(t, 1_000);
    expect(daytona.agent.input.env).toMatchObject({ QUAVER_PROMPT: newProject.prompt });
  });

  test("when no prompt is open, runs nothing", async () => {
    const { t, ada, projectId, project, sandboxId } = await aReadyProject();
    daytona.drift(sandboxId, "error");
    daytona.find(sandboxId)!.recoverable = true;
    await storeStatus(t, projectId, "failed");
    await ada.action(retry, { projectId });
    expect((await project()).status).toBe("ready");
    expect(daytona.commands).toHaveLength(1);
  });
});

test("a look without the lease does nothing", async () => {
  const { t, projectId } = await aGeneratingProject();
  const before = await dump(t);
  const calls = daytona.calls.length;
  await t.action(internal.turns.run.pollTurn, { projectId, token: "another" });
  const result = { kind: "failed", reason: "x", retryable: true, sandbox: "gone" } as const;
  await t.mutation(internal.turns.poll.finishPoll, { projectId, token: "another", result });
  expect(await dump(t)).toEqual(before);
  expect(daytona.calls).toHaveLength(calls);
});
