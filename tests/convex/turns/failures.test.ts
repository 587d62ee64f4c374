/** Turns that fail: by the agent, by Daytona, or by time. The project goes on, unless its sandbox is lost. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { DOWN, FakeSandboxError, type Call } from "../support/fakeDaytona.ts";
import { daytona, passUntil, settle } from "../support/setup.ts";
import { dump } from "../support/builders.ts";
import { aGeneratingProject, aUser, pass, newProject } from "../support/turnSteps.ts";

const { create } = api.projects.actions;
const SECRET = "sk-agent-secret";

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.stubEnv("AGENT_ENV", JSON.stringify({ MODEL_KEY: SECRET }));
  vi.spyOn(console, "error").mockReturnValue();
});

describe("an agent that ends badly", () => {
  test.for([
    [1, /ended with an error \(exit code 1\)/, true],
    [137, /ended with an error \(exit code 137\)/, true],
    [126, /could not start: .* not executable/, false],
    [127, /could not start: .* was not found/, false],
  ] as const)(
    "with exit code %d fails its turn, in words",
    async ([exitCode, reason, retryable]) => {
      const { t, project, turns, said } = await aGeneratingProject();
      daytona.agent.output = "I try\n";
      daytona.agent.errors = "no model\n";
      daytona.agent.exitCode = exitCode;
      await pass(t);
      const [turn] = await turns();
      expect(turn).toMatchObject({
        status: "failed",
        failure: { retryable, stderr: "no model\n" },
      });
      expect(turn?.failure?.reason).toMatch(reason);
      expect(await said()).toEqual([{ role: "assistant", content: "I try\n" }]);
      expect(await project()).toMatchObject({ status: "ready" });
      expect(await project()).not.toHaveProperty("failure");
      expect(vi.mocked(console.error).mock.calls).toHaveLength(1);
    },
  );
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

  test("for a while at a poll, the turn goes on", async () => {
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
    const { t, turns } = await aGeneratingProject();
    daytona.hangs = () => true;
    let [longest, since] = [0, Infinity];
    await passUntil(async () => {
      const jobs = await t.run(({ db }) => db.system.query("_scheduled_functions").collect());
      const runs = jobs.some(
        ({ name, state }) => name.includes("turns") && state.kind === "inProgress",
      );
      since = runs ? Math.min(since, Date.now()) : Infinity;
      longest = Math.max(longest, Date.now() - since);
      return (await turns())[0]?.status === "failed";
    }, 10 * 60_000);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(60_000);
  });

  test("for too long, the turn fails, and the project waits for what Daytona says of the sandbox", async () => {
    const { t, turns, project } = await aGeneratingProject();
    daytona.fail("readCommand", DOWN, 1_000);
    await pass(t, 6 * 60_000);
    expect(await turns()).toMatchObject([{ status: "failed", failure: { retryable: true } }]);
    expect((await project()).status).toBe("ready");
  });

  const repeating = new FakeSandboxError("INVALID", false);
  repeating.message = `bad request: {"envs":{"MODEL_KEY":"${SECRET}"}}`;
  const LASTING: [string, Call, Error][] = [
    ["a start that is refused", "startCommand", new FakeSandboxError("FORBIDDEN", false)],
    ["a refusal that repeats the request", "startCommand", repeating],
    ["an error that should not happen", "startCommand", new TypeError(`secret ${SECRET}`)],
  ];
  test.for(LASTING)("for good: %s fails the turn, and tells no secret", async ([, call, error]) => {
    const { t, ada, turns } = await aUser();
    daytona.fail(call, error, 1_000);
    await ada.action(create, newProject);
    await pass(t);
    expect(await turns()).toMatchObject([{ status: "failed" }]);
    const written = JSON.stringify([
      await dump(t),
      vi.mocked(console.error).mock.calls.map(String),
    ]);
    expect(written).not.toContain(SECRET);
  });

  test.for([
    ["stopped", "stopped", "stopped", /was stopped/],
    ["restarted", "started", "ready", /was restarted/],
    ["gone", "missing", "failed", /was lost/],
  ] as const)("a sandbox that is %s under the agent fails the turn", async (each) => {
    const [what, state, status, reason] = each;
    const { t, project, turns, sandboxId } = await aGeneratingProject();
    daytona.drift(sandboxId, "stopped");
    daytona.drift(sandboxId, state);
    await pass(t);
    await settle(t, 60_000);
    const [turn] = await turns();
    expect(turn).toMatchObject({ status: "failed", failure: { retryable: true } });
    expect(turn?.failure?.reason).toMatch(reason);
    expect((await project()).status).toBe(status);
    expect("sandboxId" in (await project())).toBe(what !== "gone");
  });

  test.for(["{", "[]", '{"A":1}', '{"QUAVER_TURN":"7"}'])(
    "AGENT_ENV %s is the operator's fault, and only its name is logged",
    async (text) => {
      vi.stubEnv("AGENT_ENV", text);
      const { t, ada, turns } = await aUser();
      await ada.action(create, newProject);
      await pass(t);
      expect(await turns()).toMatchObject([{ status: "failed", failure: { retryable: false } }]);
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

  test("runs out after half an hour: the agent is ended, and its turn says so", async () => {
    const { t, project, turns } = await aGeneratingProject();
    daytona.agent.errors = `still compiling\nkey ${SECRET.slice(0, 8)}`; // the rest would follow
    await pass(t, 30 * 60_000 + 10_000);
    const failure = { retryable: true, stderr: "still compiling\nkey ********" };
    expect(await turns()).toMatchObject([{ status: "failed", failure }]);
    expect((await turns())[0]?.failure?.reason).toMatch(/after 30 minutes/);
    expect((await project()).status).toBe("ready");
    await pass(t);
    expect(daytona.agentRuns).toBe(false);
  });
});

test("a poll without the lease does nothing", async () => {
  const { t, projectId } = await aGeneratingProject();
  const before = await dump(t);
  const calls = daytona.calls.length;
  await t.action(internal.turns.run.pollTurn, { projectId, token: "another" });
  const failure = { reason: "x", retryable: true };
  const result = { kind: "failed", failure, sandbox: "gone" } as const;
  await t.mutation(internal.turns.poll.finishPoll, { projectId, token: "another", result });
  expect(await dump(t)).toEqual(before);
  expect(daytona.calls).toHaveLength(calls);
});
