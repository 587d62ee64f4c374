/** A version for every turn that ends well, and the way back to each of them. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { refusal } from "../../contract/backend.ts";
import { DOWN, FakeSandboxError } from "../support/fakeDaytona.ts";
import { daytona, settle } from "../support/setup.ts";
import { storeStatus, storeTurn } from "../support/builders.ts";
import { aGeneratingProject, aReadyProject, pass } from "../support/turnSteps.ts";

const { restore, changes } = api.turns.actions;
const { start, cancel, retry } = api.turns.mutations;
const A_VERSION: unknown = expect.stringMatching(/^[0-9a-f]{40}$/);
const noGit = new FakeSandboxError("TOOL_MISSING", false);

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.spyOn(console, "error").mockReturnValue();
});

type Made = Awaited<ReturnType<typeof aReadyProject>>;

/** Has the agent answer a further prompt by writing a file. */
async function furtherTurn({ t, ada, projectId, sandboxId }: Made, text: string) {
  const { turnId } = await ada.mutation(start, { projectId, prompt: `Write ${text}` });
  await pass(t, 1_000);
  daytona.app(sandboxId).files.set("index.html", text);
  daytona.agent.exitCode = 0;
  await pass(t);
  return turnId;
}

/** A project with two turns that are done, which wrote "one" and "two". */
async function withTwoVersions() {
  const made = await aReadyProject();
  const one = await furtherTurn(made, "one");
  const two = await furtherTurn(made, "two");
  const app = daytona.app(made.sandboxId);
  const text = () => app.files.get("index.html");
  const last = async () => (await made.turns()).at(-1);
  return { ...made, one, two, app, text, last };
}

/** Restores a turn, and lets that go as far as it goes. */
async function back({ t, ada }: Made, turnId: Id<"turns">) {
  const begun = await ada.action(restore, { turnId });
  await pass(t);
  return begun.turnId;
}

describe("a turn that ends well", () => {
  test("has a version of its files", async () => {
    const { turns, app, text } = await withTwoVersions();
    const [first, one, two] = await turns();
    expect(first?.version).toEqual(A_VERSION);
    expect(new Set([first?.version, one?.version, two?.version])).toHaveLength(3);
    expect(app.versions.map(({ message }) => message)).toEqual(["Turn 1", "Turn 2", "Turn 3"]);
    expect(text()).toBe("two");
  });

  test.for([
    ["there is no git", noGit],
    ["the disk is full", new FakeSandboxError("DISK_FULL", false)],
    ["Daytona is away", DOWN],
  ] as const)("is done without a version when %s, and the log says so", async ([, error]) => {
    const { t, turns, project } = await aGeneratingProject();
    daytona.fail("commitVersion", error);
    daytona.agent.exitCode = 0;
    await pass(t);
    expect(await turns()).toMatchObject([{ status: "done" }]);
    expect(await turns()).not.toMatchObject([{ version: A_VERSION }]);
    expect((await project()).status).toBe("ready");
    const lines = vi.mocked(console.error).mock.calls.flat();
    expect(lines).toEqual([expect.stringMatching(/^Turn 1 of project .* has no version\./)]);
  });

  test("keeps the same version when the poll that made it was lost", async () => {
    const { t, turns, projectId, sandboxId, project } = await aGeneratingProject();
    daytona.app(sandboxId).files.set("index.html", "one");
    daytona.agent.exitCode = 0;
    daytona.app(sandboxId).commit("Turn 1"); // by the lost one
    await t.mutation(internal.projects.reconcile.resume.resumePage, {
      ...{ status: "generating", cursor: null, force: true },
    });
    await pass(t);
    expect((await project())._id).toBe(projectId);
    expect(daytona.app(sandboxId).versions).toHaveLength(1);
    expect((await turns())[0]?.version).toEqual(A_VERSION);
  });
});

test.for([
  ["failed", 1],
  ["was cancelled", null],
] as const)(
  "a turn that %s has no version: its files are in the next one",
  async ([, exitCode]) => {
    const made = await aGeneratingProject();
    daytona.app(made.sandboxId).files.set("a.txt", "half");
    daytona.agent.exitCode = exitCode;
    if (exitCode === null) await made.ada.mutation(cancel, { turnId: made.turnId });
    await pass(made.t);
    expect((await made.turns())[0]).not.toHaveProperty("version");
    expect(daytona.app(made.sandboxId).versions).toEqual([]);
    expect(await refusal(made.ada.action(restore, { turnId: made.turnId }))).toMatchObject({
      code: "VERSION_NOT_FOUND",
    });
    const turnId = await furtherTurn(made, "whole");
    const { files } = await made.ada.action(changes, { turnId });
    expect(files.map(({ path }) => path)).toEqual(["a.txt", "index.html"]);
  },
);

describe("a restore", () => {
  test("is a turn, which brings back the files and has a version", async () => {
    const made = await withTwoVersions();
    const turnId = await back(made, made.one);
    expect(made.text()).toBe("one");
    expect(await made.last()).toMatchObject({
      ...{ _id: turnId, number: 4, status: "done", restores: made.one, version: A_VERSION },
    });
    expect(await made.last()).not.toHaveProperty("promptMessageId");
    expect(made.app.versions.at(-1)?.message).toBe("Back to turn 2");
    expect(await made.project()).toMatchObject({ status: "ready" });
    expect(daytona.commands).toHaveLength(3);
    expect(daytona.ended).not.toContain("quaver-turn-4");
  });

  test("is undone by another one, and is itself one to go back to", async () => {
    const made = await withTwoVersions();
    const restored = await back(made, made.one);
    await back(made, made.two);
    expect(made.text()).toBe("two");
    await back(made, restored);
    expect(made.text()).toBe("one");
  });

  test("loses nothing: what no turn has a version of becomes one first", async () => {
    const made = await withTwoVersions();
    made.app.files.set("by-hand.txt", "mine");
    await back(made, made.one);
    const before = made.app.versions.find(({ message }) => message.startsWith("Before"));
    expect(before?.files.get("by-hand.txt")).toBe("mine");
  });

  test("is shown by what it changed", async () => {
    const made = await withTwoVersions();
    const turnId = await back(made, made.one);
    expect(await made.ada.action(changes, { turnId })).toMatchObject({
      files: [{ path: "index.html", change: "changed" }],
    });
  });

  test("needs no agent", async () => {
    const made = await withTwoVersions();
    vi.stubEnv("AGENT_COMMAND", undefined);
    await back(made, made.one);
    expect(made.text()).toBe("one");
  });

  test("is refused while another turn runs, of which one is a restore", async () => {
    const made = await withTwoVersions();
    const busy = { code: "OPERATION_IN_PROGRESS", operation: "turn" };
    await made.ada.action(restore, { turnId: made.one });
    expect(await refusal(made.ada.action(restore, { turnId: made.two }))).toMatchObject(busy);
    await pass(made.t);
    await made.ada.mutation(start, { projectId: made.projectId, prompt: "More" });
    expect(await refusal(made.ada.action(restore, { turnId: made.two }))).toMatchObject(busy);
    expect(await made.turns()).toHaveLength(5);
  });

  test.for(["stopped", "archived", "failed"] as const)(
    "of a project that is %s is refused, with what to do first",
    async (status) => {
      const made = await withTwoVersions();
      await storeStatus(made.t, made.projectId, status);
      const data = await refusal(made.ada.action(restore, { turnId: made.one }));
      expect(data).toMatchObject({ code: "INVALID_TRANSITION", from: status });
      expect(data.message).toMatch(/first\.$/);
    },
  );

  test("makes prompts wait, which are worked on afterwards", async () => {
    const made = await withTwoVersions();
    await made.ada.action(restore, { turnId: made.one });
    await made.ada.mutation(start, { projectId: made.projectId, prompt: "Bigger" });
    expect((await made.turns()).slice(-2)).toMatchObject([
      { status: "running", restores: made.one },
      { status: "queued" },
    ]);
    await pass(made.t);
    expect((await made.turns()).slice(-2)).toMatchObject([
      { status: "done" },
      { status: "running" },
    ]);
    expect(daytona.agent.input.env?.QUAVER_PROMPT).toBe("Bigger");
  });
});

describe("a restore that goes wrong", () => {
  test("says that the version is no longer there, when the sandbox was replaced", async () => {
    const made = await withTwoVersions();
    made.app.versions.length = 0;
    await back(made, made.one);
    expect(await made.last()).toMatchObject({
      status: "failed",
      failure: { reason: expect.stringMatching(/no longer exists/) as unknown, retryable: false },
    });
    expect((await made.project()).status).toBe("ready");
    expect(await refusal(made.ada.action(changes, { turnId: made.one }))).toMatchObject({
      code: "VERSION_NOT_FOUND",
    });
  });

  test("for a while, as Daytona does not answer, ends well", async () => {
    const made = await withTwoVersions();
    daytona.fail("restoreVersion", DOWN, 3);
    daytona.fail("restoreVersion", DOWN, 1, { after: true });
    await made.ada.action(restore, { turnId: made.one });
    await pass(made.t, 60_000);
    expect(made.text()).toBe("one");
    expect(await made.last()).toMatchObject({ status: "done", version: A_VERSION });
  });

  test.for([
    ["is never answered", DOWN, /could not be reached while the files were being restored/, true],
    ["finds the disk full", new FakeSandboxError("DISK_FULL", false), /disk is full/, false],
    ["finds no git", noGit, /does not include Node or git/, false],
    [
      "finds the sandbox stopped",
      new FakeSandboxError("INVALID", false),
      /stopped while the files were/,
      true,
    ],
  ] as const)("and %s says so, and can be tried again", async ([, error, reason, retryable]) => {
    const made = await withTwoVersions();
    daytona.fail("restoreVersion", error, 1_000);
    const { turnId } = await made.ada.action(restore, { turnId: made.one });
    await pass(made.t, 6 * 60_000);
    const failed = await made.last();
    expect(failed).toMatchObject({ status: "failed", failure: { retryable } });
    expect(failed?.failure?.reason).toMatch(reason);
    daytona.heal();
    const again = await made.ada.mutation(retry, { turnId });
    expect(await made.ada.mutation(retry, { turnId })).toEqual(again);
    await pass(made.t);
    expect(await made.last()).toMatchObject({
      restores: made.one,
      retryOf: turnId,
      status: "done",
    });
    expect(made.text()).toBe("one");
  });

  test("is not tried again while a turn runs, nor queued", async () => {
    const made = await withTwoVersions();
    daytona.fail("restoreVersion", noGit);
    const turnId = await back(made, made.one);
    await made.ada.mutation(start, { projectId: made.projectId, prompt: "More" });
    expect(await refusal(made.ada.mutation(retry, { turnId }))).toMatchObject({
      code: "OPERATION_IN_PROGRESS",
    });
  });

  test("and is cancelled lets no agent begin before the sandbox is done with it", async () => {
    const made = await withTwoVersions();
    daytona.fail("restoreVersion", DOWN, 1_000);
    const { turnId } = await made.ada.action(restore, { turnId: made.one });
    await pass(made.t, 2_000);
    await made.ada.mutation(cancel, { turnId });
    expect((await made.project()).status).toBe("ready");
    daytona.fail("commitVersion", DOWN, 2); // as it is while a restore is at work
    await made.ada.mutation(start, { projectId: made.projectId, prompt: "More" });
    await pass(made.t, 4_000);
    expect(daytona.commands).toHaveLength(3);
    await pass(made.t, 20_000);
    expect(daytona.agent.input.env?.QUAVER_PROMPT).toBe("More");
    expect(made.app.versions.at(-1)?.message).toBe("Turn 3");
  });

  test("and is cancelled does not keep an agent from a sandbox without git", async () => {
    const made = await withTwoVersions();
    daytona.fail("restoreVersion", DOWN, 1_000);
    daytona.fail("commitVersion", noGit);
    const { turnId } = await made.ada.action(restore, { turnId: made.one });
    await made.ada.mutation(cancel, { turnId });
    await made.ada.mutation(start, { projectId: made.projectId, prompt: "More" });
    await pass(made.t, 4_000);
    expect(daytona.agent.input.env?.QUAVER_PROMPT).toBe("More");
  });

  test("of which the polls are lost is resumed by the sweep", async () => {
    const made = await withTwoVersions();
    await made.ada.action(restore, { turnId: made.one });
    await made.t.mutation(internal.projects.reconcile.resume.resumePage, {
      ...{ status: "generating", cursor: null, force: true },
    });
    await pass(made.t);
    expect(made.text()).toBe("one");
    expect((await made.turns()).map(({ status }) => status)).toEqual(Array(4).fill("done"));
  });

  test("that is cancelled at once leaves it to the next turn to end an agent that may still be at work", async () => {
    const made = await withTwoVersions();
    const { projectId } = made;
    const { turnId } = await made.ada.mutation(start, { projectId, prompt: "More" });
    await pass(made.t, 1_000);
    const agent = daytona.agent;
    daytona.fail("endSession", DOWN, 1);
    await made.ada.mutation(cancel, { turnId });
    const restored = await made.ada.action(restore, { turnId: made.one });
    await made.ada.mutation(cancel, restored);
    await made.ada.mutation(start, { projectId, prompt: "Again" });
    let runsAtStart: boolean | undefined;
    daytona.during = (call) => {
      if (call === "startCommand") runsAtStart = daytona.isRunning(agent);
      return Promise.resolve();
    };
    await pass(made.t, 20_000);
    expect(runsAtStart).toBe(false);
    expect(daytona.agent.input.env?.QUAVER_PROMPT).toBe("Again");
  });

  test("ends an agent that may still be at work first", async () => {
    const made = await withTwoVersions();
    const { turnId } = await made.ada.mutation(start, {
      ...{ projectId: made.projectId, prompt: "More" },
    });
    await pass(made.t, 1_000);
    daytona.fail("endSession", DOWN, 2);
    await made.ada.mutation(cancel, { turnId });
    expect(daytona.agentRuns).toBe(true);
    await made.ada.action(restore, { turnId: made.one });
    let runsAtRestore: boolean | undefined;
    daytona.during = (call) => {
      if (call === "restoreVersion") runsAtRestore = daytona.agentRuns;
      return Promise.resolve();
    };
    await pass(made.t, 20_000);
    expect(runsAtRestore).toBe(false);
    expect(made.text()).toBe("one");
  });
});

test("a version that is a turn's before is no change of the later turn", async () => {
  const made = await withTwoVersions();
  const turnId = await furtherTurn(made, "two");
  expect((await made.last())?.version).toBe((await made.turns())[2]?.version);
  const calls = daytona.calls.length;
  expect(await made.ada.action(changes, { turnId })).toEqual({ files: [], diff: "", more: false });
  expect(daytona.calls).toHaveLength(calls);
});

test("nobody restores another one's turn", async () => {
  const made = await withTwoVersions();
  const turnId = await storeTurn(made.t, made.projectId, { number: 9 });
  await made.ada.mutation(api.projects.mutations.remove, { projectId: made.projectId });
  expect(await refusal(made.ada.action(restore, { turnId }))).toMatchObject({ code: "NOT_FOUND" });
  await settle(made.t, 1_000);
});
