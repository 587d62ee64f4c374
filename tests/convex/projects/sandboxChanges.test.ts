/** Starting, stopping, archiving, previewing, and trying again after a failure. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { PLANS } from "../../../convex/payments/plans.ts";
import type { ProjectStatus } from "../../../convex/projects/tables.ts";
import { refusal } from "../../contract/backend.ts";
import { DOWN, FakeSandboxError } from "../support/fakeDaytona.ts";
import { signUp } from "../support/users.ts";
import { aBackend, daytona, NOON, settle } from "../support/setup.ts";
import { aProject, dump, rowOf, storeProject, storeStatus } from "../support/builders.ts";

const { start, stop, archive, retry, ensureRunning, previewUrl } = api.projects.actions;
const { getById } = api.projects.queries;
const { beginChange, finishChange } = internal.projects.sandbox.change;

/** The calls that leave one status for another. */
const CHANGES = { start, stop, archive, ensureRunning };

async function aReadyProject() {
  const t = aBackend();
  const ada = await signUp(t);
  const { projectId, sandboxId } = await aProject(t, ada);
  const project = async () => (await ada.query(getById, { projectId }))!;
  const status = async () => (await project()).status;
  return { t, ada, projectId, sandboxId, project, status };
}

/** The same, brought to another status by its owner. */
async function aProjectThatIs(wanted: "ready" | "stopped" | "archived") {
  const made = await aReadyProject();
  const { ada, projectId } = made;
  if (wanted !== "ready") await ada.action(stop, { projectId });
  if (wanted === "archived") await ada.action(archive, { projectId });
  return made;
}

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());

describe("a sandbox's states", () => {
  test("stop, start, stop, archive, wake", async () => {
    const { ada, projectId, sandboxId, project, status } = await aReadyProject();
    const state = () => daytona.find(sandboxId)?.state;
    await ada.action(stop, { projectId });
    expect([await status(), state()]).toEqual(["stopped", "stopped"]);
    await ada.action(start, { projectId });
    expect([await status(), state()]).toEqual(["ready", "started"]);
    await ada.action(stop, { projectId });
    await ada.action(archive, { projectId });
    expect([await status(), state()]).toEqual(["archived", "archiving"]);
    await ada.action(start, { projectId });
    expect([await status(), state()]).toEqual(["ready", "started"]);
    expect(await project()).not.toHaveProperty("operation");
    expect(await project()).not.toHaveProperty("sandboxSeenAt");
  });

  test.for(["stopped", "archived"] as const)("ensureRunning wakes a %s project", async (from) => {
    const { ada, projectId, status } = await aProjectThatIs(from);
    await ada.action(ensureRunning, { projectId });
    expect(await status()).toBe("ready");
  });

  test("ensureRunning leaves a running sandbox alone, without a call to Daytona", async () => {
    const { ada, projectId } = await aReadyProject();
    const before = daytona.calls.length;
    await ada.action(ensureRunning, { projectId });
    expect(daytona.calls).toHaveLength(before);
  });

  const REFUSED: [ProjectStatus, keyof typeof CHANGES, ProjectStatus][] = [
    ["creating", "start", "ready"],
    ["creating", "stop", "stopped"],
    ["creating", "ensureRunning", "ready"],
    ["generating", "start", "ready"],
    ["generating", "stop", "stopped"],
    ["generating", "archive", "archived"],
    ["ready", "start", "ready"],
    ["ready", "archive", "archived"],
    ["stopped", "stop", "stopped"],
    ["archived", "stop", "stopped"],
    ["archived", "archive", "archived"],
    ["failed", "start", "ready"],
    ["failed", "ensureRunning", "ready"],
    ["failed", "stop", "stopped"],
  ];
  test.for(REFUSED)("a %s project refuses to %s", async ([from, name, to]) => {
    const t = aBackend();
    const ada = await signUp(t);
    const userId = (await rowOf(ada))._id;
    const projectId = await storeProject(t, userId, { status: from, sandboxId: "sandbox-1" });
    const before = await dump(t);
    const data = await refusal(ada.action(CHANGES[name], { projectId }));
    expect(data).toMatchObject({ code: "INVALID_TRANSITION", from, to });
    expect(await dump(t)).toEqual(before);
    expect(daytona.calls).toEqual([]);
  });
});

describe("the lease of an operation", () => {
  const ALL = { ...CHANGES, retry };
  test.for(Object.keys(ALL) as (keyof typeof ALL)[])(
    "keeps %s out while another works",
    async (name) => {
      const { ada, projectId, status } = await aReadyProject();
      let met: unknown;
      daytona.during = async (call) => {
        if (call !== "stop") return;
        const intruder = name === "ensureRunning" ? ALL.start : ALL[name];
        met = await refusal(ada.action(intruder, { projectId }));
      };
      await ada.action(stop, { projectId });
      expect(met).toMatchObject({ code: "OPERATION_IN_PROGRESS", operation: "stop" });
      expect(await status()).toBe("stopped");
    },
  );

  test("is taken over once it has expired, and its former holder writes nothing", async () => {
    const { t, ada, projectId, status } = await aProjectThatIs("stopped");
    const { sandboxId: _, ...lost } = (await ada.mutation(beginChange, {
      projectId,
      change: "start",
    }))!;
    const again = { projectId, change: "start" } as const;
    expect(await refusal(ada.mutation(beginChange, again))).toMatchObject({ operation: "start" });
    vi.advanceTimersByTime(3 * 60_000);
    const { sandboxId: __, ...held } = (await ada.mutation(beginChange, again))!;
    const before = await dump(t);
    for (const result of [
      { ok: true as const },
      { ok: false as const, reason: "Late", retryable: true, sandbox: "gone" as const },
    ]) {
      const late = { ...lost, change: "start" as const, result };
      expect(await t.mutation(finishChange, late)).toBe(false);
    }
    expect(await dump(t)).toEqual(before);
    const done = { ...held, change: "start" as const, result: { ok: true as const } };
    expect(await t.mutation(finishChange, done)).toBe(true);
    expect(await status()).toBe("ready");
    expect(await t.mutation(finishChange, done)).toBe(false);
  });

  test.for(["stop", "start"] as const)("a project removed during %s is no error", async (call) => {
    const { t, ada, projectId } = await aProjectThatIs(call === "stop" ? "ready" : "stopped");
    daytona.during = async (met) => {
      if (met === call) await ada.mutation(api.projects.mutations.remove, { projectId });
    };
    daytona.fail(call, DOWN, 1, { after: true });
    await ada.action(CHANGES[call], { projectId });
    expect((await dump(t)).projects).toEqual([]);
  });
});

describe("when Daytona fails", () => {
  test.for([
    ["stop", "ready"],
    ["archive", "stopped"],
    ["start", "stopped"],
    ["start", "archived"],
  ] as const)("%s leaves a %s project as it was, and can be tried again", async ([call, from]) => {
    const { ada, projectId, project } = await aProjectThatIs(from);
    daytona.fail(call, DOWN);
    const data = await refusal(ada.action(CHANGES[call], { projectId }));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: true });
    expect(data.message).not.toContain("secret");
    expect((await project()).status).toBe(from);
    expect(await project()).not.toHaveProperty("operation");
    await ada.action(CHANGES[call], { projectId });
    expect((await project()).status).not.toBe(from);
  });

  test("a change whose answer was lost is recognised when it is tried again", async () => {
    const { ada, projectId, status } = await aReadyProject();
    daytona.fail("stop", DOWN, 1, { after: true });
    await refusal(ada.action(stop, { projectId }));
    await ada.action(stop, { projectId });
    expect(await status()).toBe("stopped");
  });

  test.for([
    ["stop", "ready", "stopped"],
    ["start", "stopped", "ready"],
    ["start", "archived", "ready"],
  ] as const)("%s of a %s project whose answer is lost is found out", async ([call, from, to]) => {
    const { t, ada, projectId, status } = await aProjectThatIs(from);
    daytona.fail(call, DOWN, 1, { after: true });
    await refusal(ada.action(CHANGES[call], { projectId }));
    expect(await status()).toBe(from);
    await settle(t);
    expect(await status()).toBe(to);
  });

  test("a sandbox's state is polled until Daytona answers, and the state has settled", async () => {
    const { t, ada, projectId, sandboxId, status } = await aProjectThatIs("stopped");
    daytona.fail("start", DOWN);
    await refusal(ada.action(start, { projectId }));
    daytona.fail("get", DOWN, 2);
    daytona.find(sandboxId)!.state = "starting";
    await vi.advanceTimersByTimeAsync(4_000);
    await t.finishInProgressScheduledFunctions();
    daytona.find(sandboxId)!.state = "started";
    await settle(t, 1_000);
    expect(await status()).toBe("ready");
  });

  test("a sandbox that is gone fails the project, and a retry creates another", async () => {
    const { t, ada, projectId, sandboxId, project } = await aProjectThatIs("stopped");
    daytona.drift(sandboxId, "missing");
    const data = await refusal(ada.action(start, { projectId }));
    expect(data.code).toBe("SANDBOX_UNAVAILABLE");
    expect(await project()).toMatchObject({ status: "failed", failure: { retryable: true } });
    expect(await project()).not.toHaveProperty("sandboxId");
    const made = await ada.action(retry, { projectId });
    expect(made.sandboxId).not.toBe(sandboxId);
    expect(await project()).toMatchObject({ status: "ready", sandboxId: made.sandboxId });
    expect(await project()).not.toHaveProperty("failure");
    expect((await dump(t)).messages).toHaveLength(1);
  });

  test("a sandbox beyond recovery fails the project, and a retry replaces it", async () => {
    vi.spyOn(console, "warn").mockReturnValue();
    const { ada, projectId, sandboxId, project } = await aProjectThatIs("stopped");
    daytona.drift(sandboxId, "error");
    await refusal(ada.action(start, { projectId }));
    expect(await project()).toMatchObject({ status: "failed", sandboxId });
    const made = await ada.action(retry, { projectId });
    expect([...daytona.sandboxes.keys()]).toEqual([made.sandboxId]);
    expect((await project()).status).toBe("ready");
  });

  test("without a key nothing changes, and the error says that sandboxes are not set up", async () => {
    const { ada, projectId, status } = await aReadyProject();
    vi.stubEnv("DAYTONA_API_KEY", undefined);
    const data = await refusal(ada.action(stop, { projectId }));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: false });
    expect(await status()).toBe("ready");
  });
});

describe("trying again", () => {
  test("takes the sandbox that the first try created after all", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    daytona.fail("create", DOWN, 1, { after: true });
    await refusal(ada.action(api.projects.actions.create, { name: "Tetris", prompt: "Go" }));
    const [failed] = await ada.query(api.projects.queries.listForCurrentUser, {});
    const projectId = failed!._id;
    const made = await ada.action(retry, { projectId });
    expect([...daytona.sandboxes.keys()]).toEqual([made.sandboxId]);
    expect((await dump(t)).projects).toMatchObject([{ status: "ready", statusChangedAt: NOON }]);
  });

  test("that fails again stores the new reason", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const projectId = await storeProject(t, (await rowOf(ada))._id, {
      status: "failed",
      failure: { reason: "Before", retryable: true, at: 1 },
    });
    daytona.fail("create", new FakeSandboxError("FORBIDDEN", false));
    const data = await refusal(ada.action(retry, { projectId }));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: false });
    expect((await dump(t)).projects).toMatchObject([
      { status: "failed", failure: { reason: data.message, retryable: false, at: NOON } },
    ]);
  });

  test.for(["creating", "generating", "ready", "stopped", "archived"] as const)(
    "is refused to a %s project",
    async (status) => {
      const t = aBackend();
      const ada = await signUp(t);
      const projectId = await storeProject(t, (await rowOf(ada))._id, { status });
      const data = await refusal(ada.action(retry, { projectId }));
      expect(data).toMatchObject({ code: "INVALID_TRANSITION", from: status, to: "creating" });
    },
  );
});

describe("beyond the plan, after a downgrade", () => {
  async function overLimit() {
    const made = await aProjectThatIs("stopped");
    const userId = (await rowOf(made.ada))._id;
    const others: Id<"projects">[] = [];
    for (let i = 0; i < PLANS.free.maxProjects; i++) {
      others.push(await storeProject(made.t, userId, { sandboxId: `other-${String(i)}` }));
    }
    return { ...made, others };
  }

  test.for(["start", "ensureRunning"] as const)("%s is refused", async (name) => {
    const { ada, projectId, status } = await overLimit();
    const data = await refusal(ada.action(CHANGES[name], { projectId }));
    const limit = { limit: PLANS.free.maxProjects, plan: "free", counted: "running" };
    expect(data).toMatchObject({ code: "PLAN_LIMIT_REACHED", ...limit });
    expect(await status()).toBe("stopped");
  });

  test("so is retry", async () => {
    const { t, ada, projectId } = await overLimit();
    await storeStatus(t, projectId, "failed");
    expect((await refusal(ada.action(retry, { projectId }))).code).toBe("PLAN_LIMIT_REACHED");
  });

  test("reading, stopping and removing are not, and free a place", async () => {
    const { t, ada, projectId, others } = await overLimit();
    expect(await ada.query(getById, { projectId })).toMatchObject({ status: "stopped" });
    await ada.mutation(api.projects.mutations.remove, { projectId: others[0]! });
    await ada.action(start, { projectId });
    await ada.action(stop, { projectId });
    await storeStatus(t, others[1]!, "archived");
    await ada.action(start, { projectId });
  });
});

describe("a preview", () => {
  test("is a URL that expires, for the given port", async () => {
    const { ada, projectId, sandboxId } = await aReadyProject();
    expect(await ada.action(previewUrl, { projectId })).toEqual({
      url: `https://3000-${sandboxId}.daytona.test`,
      expiresAt: NOON + 60 * 60_000,
      isListening: true,
    });
    const { url } = await ada.action(previewUrl, { projectId, port: 8080 });
    expect(url).toContain("8080");
  });

  test.for([0, -1, 65_536, 1.5, NaN, Infinity])("is refused for port %s", async (port) => {
    const { ada, projectId } = await aReadyProject();
    const data = await refusal(ada.action(previewUrl, { projectId, port }));
    expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field: "port" });
  });

  test("needs a sandbox that runs, and Daytona", async () => {
    const { ada, projectId } = await aReadyProject();
    daytona.fail("previewUrl", DOWN);
    const data = await refusal(ada.action(previewUrl, { projectId }));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: true });
    await ada.action(stop, { projectId });
    const stopped = await refusal(ada.action(previewUrl, { projectId }));
    expect(stopped).toMatchObject({ code: "INVALID_TRANSITION", from: "stopped", to: "ready" });
  });
});

test("is rate limited", async () => {
  const { ada, projectId } = await aReadyProject();
  for (let i = 0; i < 30; i++) await ada.action(previewUrl, { projectId });
  expect((await refusal(ada.action(stop, { projectId }))).code).toBe("RATE_LIMITED");
});
