/** The sweep: what was left half done, by whatever failure, and what Daytona did by itself. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { refusal } from "../../contract/backend.ts";
import { DOWN } from "../support/fakeDaytona.ts";
import { signUp } from "../support/users.ts";
import { aBackend, daytona, NOON, settle, type TestBackend } from "../support/setup.ts";
import { aProject, beginCreation, dump, rowOf, storeProject } from "../support/builders.ts";

const { sweepRunning, sweepStopped } = internal.projects.reconcile.sweep;
const newProject = { name: "Tetris", prompt: "Go" };
const MINUTE = 60_000;

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

async function aUser() {
  const t = aBackend();
  const ada = await signUp(t);
  return { t, ada, userId: (await rowOf(ada))._id };
}

async function sweep(t: TestBackend): Promise<void> {
  await t.mutation(sweepRunning, {});
  await settle(t);
}

/** The only project has this status, and no operation under way. */
async function expectAtRest(t: TestBackend, status: string): Promise<void> {
  const [project] = (await dump(t)).projects;
  expect(project).toMatchObject({ status });
  expect(project).not.toHaveProperty("operation");
}

async function statuses(t: TestBackend) {
  return (await dump(t)).projects.map(({ status }) => status);
}

describe("a start that was cut off", () => {
  test.for([
    ["before the sandbox had started", "stopped", "stopped"],
    ["once the sandbox had started", "started", "ready"],
  ] as const)("%s is over with the next sweep", async ([, state, status]) => {
    const { t, ada } = await aUser();
    const { projectId, sandboxId } = await aProject(t, ada);
    await ada.action(api.projects.actions.stop, { projectId });
    await ada.mutation(internal.projects.sandbox.change.beginChange, {
      projectId,
      change: "start",
    });
    daytona.find(sandboxId)!.state = state;
    await sweep(t);
    expect((await dump(t)).projects).toMatchObject([
      { status: "stopped", operation: { kind: "start" } },
    ]);
    vi.advanceTimersByTime(4 * MINUTE);
    await sweep(t);
    await expectAtRest(t, status);
  });
});

describe("a start that was cut off after Daytona had been called", () => {
  test.for([
    ["started", "ready"],
    ["stopped", "stopped"],
    ["error", "failed"],
  ] as const)("is over once the sandbox is %s: the project is %s", async ([state, status]) => {
    const { t, ada } = await aUser();
    const { projectId, sandboxId } = await aProject(t, ada);
    await ada.action(api.projects.actions.stop, { projectId });
    await ada.mutation(internal.projects.sandbox.change.beginChange, {
      projectId,
      change: "start",
    });
    const sandbox = daytona.find(sandboxId)!;
    sandbox.state = "starting";
    vi.advanceTimersByTime(4 * MINUTE);
    let looks = 0;
    daytona.during = (call) => {
      if (call === "get" && ++looks === 2) sandbox.state = state;
      return Promise.resolve();
    };
    await sweep(t);
    await expectAtRest(t, status);
  });
});

describe("a creation that was cut off", () => {
  test.for([
    ["before Daytona was asked", false],
    ["after Daytona had made the sandbox", true],
  ] as const)("%s ends in ready, with one sandbox", async ([, made]) => {
    const { t, ada } = await aUser();
    const { projectId } = await beginCreation(ada, newProject);
    if (made) {
      const deployment = "test";
      await t.action(internal.projects.sandbox.daytona.createSandbox, { projectId, deployment });
    }
    await sweep(t);
    expect(await statuses(t)).toEqual(["creating"]);
    vi.advanceTimersByTime(6 * MINUTE);
    await sweep(t);
    const { projects } = await dump(t);
    expect(projects).toMatchObject([{ status: "ready" }]);
    expect([...daytona.sandboxes.keys()]).toEqual([projects[0]?.sandboxId]);
  });

  test("is resumed at once by a forced sweep", async () => {
    const { t, ada } = await aUser();
    await beginCreation(ada, newProject);
    await t.mutation(sweepRunning, { force: true });
    await settle(t);
    expect(await statuses(t)).toEqual(["ready"]);
  });

  test("fails when Daytona does, with a reason, and can be retried", async () => {
    const { t, ada } = await aUser();
    const { projectId } = await beginCreation(ada, newProject);
    vi.advanceTimersByTime(6 * MINUTE);
    daytona.fail("create", DOWN);
    await sweep(t);
    expect((await dump(t)).projects).toMatchObject([
      { status: "failed", failure: { retryable: true } },
    ]);
    await ada.action(api.projects.actions.retry, { projectId });
    expect(await statuses(t)).toEqual(["ready"]);
  });

  test("again and again is given up in the end", async () => {
    const { t, ada } = await aUser();
    await beginCreation(ada, newProject);
    vi.advanceTimersByTime(30 * MINUTE);
    await sweep(t);
    expect(await statuses(t)).toEqual(["failed"]);
    expect(daytona.calls).not.toContain("create");
  });

  test("and given up leaves no sandbox, however many there were", async () => {
    const { t, userId } = await aUser();
    // A page of the sweep is full of these, and comes before the one that has a sandbox.
    for (let i = 0; i < 50; i++) await storeProject(t, userId, { status: "creating" });
    const last = { status: "creating", statusChangedAt: NOON + 1 } as const;
    const projectId = await storeProject(t, userId, last);
    await t.action(internal.projects.sandbox.daytona.createSandbox, {
      projectId,
      deployment: "test",
    });
    expect(daytona.sandboxes.size).toBe(1);
    vi.advanceTimersByTime(30 * MINUTE);
    await sweep(t);
    expect(new Set(await statuses(t))).toEqual(new Set(["failed"]));
    expect(daytona.sandboxes.size).toBe(0);
  });

  test("is resumed under a new lease, and the former holder writes nothing", async () => {
    const { t, ada } = await aUser();
    const lost = await beginCreation(ada, newProject);
    vi.advanceTimersByTime(6 * MINUTE);
    await sweep(t);
    const before = await dump(t);
    const { finishCreate } = internal.projects.sandbox.create;
    for (const result of [
      { ok: false, reason: "Late", retryable: true, sandbox: "gone" } as const,
      { ok: true, sandboxId: "sb-9" } as const,
    ]) {
      await t.mutation(finishCreate, { ...lost, result });
    }
    expect(await dump(t)).toEqual(before);
  });
});

describe("a turn that is not polled any more", () => {
  async function aLostTurn(commandStarted: boolean) {
    vi.stubEnv("AGENT_COMMAND", "quaver-agent");
    const { t, ada } = await aUser();
    await ada.action(api.projects.actions.create, newProject);
    if (commandStarted) {
      await vi.advanceTimersByTimeAsync(500);
      await t.finishInProgressScheduledFunctions();
    }
    // Stands for a process that dies: what was scheduled is never run.
    await t.run(async (ctx) => {
      for (const job of await ctx.db.system.query("_scheduled_functions").collect()) {
        if (job.state.kind === "pending") await ctx.scheduler.cancel(job._id);
      }
    });
    return { t, ada };
  }

  test.for([
    ["before the agent was started", false],
    ["while it worked", true],
  ] as const)("%s is taken up again, and ends", async ([, started]) => {
    const { t } = await aLostTurn(started);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    await t.mutation(sweepRunning, {});
    await vi.advanceTimersByTimeAsync(500);
    await t.finishInProgressScheduledFunctions();
    expect(await statuses(t)).toEqual(["generating"]);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    await t.mutation(sweepRunning, {});
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(500);
      await t.finishInProgressScheduledFunctions();
    }
    expect(daytona.commands).toHaveLength(1);
    daytona.agent.output = "Done\n";
    daytona.agent.exitCode = 0;
    await settle(t, 1_000);
    expect(await statuses(t)).toEqual(["ready"]);
    expect((await dump(t)).messages.map(({ content }) => content)).toEqual(["Done\n"]);
  });

  test("past its deadline is given up, and the agent ended", async () => {
    const { t } = await aLostTurn(true);
    await vi.advanceTimersByTimeAsync(46 * MINUTE);
    await sweep(t);
    expect(await statuses(t)).toEqual(["ready"]);
    const [turn] = (await dump(t)).turns;
    expect(turn).toMatchObject({ status: "failed", failure: { retryable: true } });
    expect(daytona.agentRuns).toBe(false);
  });
});

describe("what Daytona does by itself", () => {
  async function aReadyProject() {
    const { t, ada } = await aUser();
    const made = await aProject(t, ada);
    vi.advanceTimersByTime(1);
    return { t, ada, ...made };
  }

  test("an idle stop is written back", async () => {
    const { t, sandboxId } = await aReadyProject();
    daytona.drift(sandboxId, "stopped");
    await sweep(t);
    expect(await statuses(t)).toEqual(["stopped"]);
  });

  test("an archive is written back by the hourly sweep", async () => {
    const { t, ada, projectId, sandboxId } = await aReadyProject();
    await ada.action(api.projects.actions.stop, { projectId });
    vi.advanceTimersByTime(1);
    daytona.drift(sandboxId, "archived");
    await t.mutation(sweepStopped, {});
    await settle(t);
    expect(await statuses(t)).toEqual(["archived"]);
  });

  test.for(["missing", "destroyed", "error"] as const)("a sandbox that is %s", async (state) => {
    const { t, sandboxId } = await aReadyProject();
    daytona.drift(sandboxId, state);
    await sweep(t);
    const { projects } = await dump(t);
    expect(projects).toMatchObject([{ status: "failed", failure: { retryable: true } }]);
    expect(projects[0]?.sandboxId).toBe(state === "error" ? sandboxId : undefined);
  });

  test("no difference: then nothing is written", async () => {
    const { t } = await aReadyProject();
    const before = await dump(t);
    await sweep(t);
    expect(await dump(t)).toEqual(before);
  });

  test("is not applied while Daytona gives no answer, or to a project under a lease", async () => {
    const { t, ada, projectId, sandboxId } = await aReadyProject();
    daytona.drift(sandboxId, "stopped");
    daytona.fail("get", DOWN);
    daytona.fail("list", DOWN);
    await sweep(t);
    expect(await statuses(t)).toEqual(["ready"]);
    await ada.mutation(internal.projects.sandbox.change.beginChange, { projectId, change: "stop" });
    await sweep(t);
    expect(await statuses(t)).toEqual(["ready"]);
    vi.advanceTimersByTime(5 * MINUTE);
    await sweep(t);
    const { projects } = await dump(t);
    expect(projects).toMatchObject([{ status: "stopped" }]);
    expect(projects[0]).not.toHaveProperty("operation");
  });

  test("an operation that never finished leaves no lease", async () => {
    const { t, ada, projectId } = await aReadyProject();
    await ada.mutation(internal.projects.sandbox.change.beginChange, { projectId, change: "stop" });
    vi.advanceTimersByTime(5 * MINUTE);
    await sweep(t);
    const { projects } = await dump(t);
    expect(projects[0]).not.toHaveProperty("operation");
    expect(projects[0]?.status).toBe("ready");
  });

  test("is found on every page", async () => {
    const { t, userId } = await aUser();
    for (let i = 0; i < 120; i++) {
      const sandboxId = `lost-${String(i)}`;
      await storeProject(t, userId, { sandboxId, statusChangedAt: NOON - i });
    }
    await sweep(t);
    expect(new Set(await statuses(t))).toEqual(new Set(["failed"]));
  });
});

describe("operations that were cut off", () => {
  test("are settled on every page, though time goes on between the pages", async () => {
    const { t, userId } = await aUser();
    const operation = {
      kind: "start",
      token: "lost",
      startedAt: NOON - 9,
      expiresAt: NOON - 1,
    } as const;
    for (let i = 0; i < 120; i++) {
      const sandboxId = daytona.add({ name: `s-${String(i)}`, labels: {} }, NOON).id;
      const expiresAt = NOON - 1 - i;
      await storeProject(t, userId, {
        status: "stopped",
        sandboxId,
        operation: { ...operation, expiresAt },
      });
    }
    await sweep(t);
    const { projects } = await dump(t);
    expect(projects.filter(({ operation }) => operation !== undefined)).toHaveLength(0);
    expect(new Set(await statuses(t))).toEqual(new Set(["ready"]));
  });
});

describe("sandboxes that are no project's", () => {
  const ours = (projectId: string) => ({ app: "quaver", deployment: "test", projectId });

  test("go once they are old enough; others stay", async () => {
    const { t, ada } = await aUser();
    const { projectId, sandboxId } = await aProject(t, ada);
    const gone = (await aProject(t, ada, "Pong")).projectId;
    await ada.mutation(api.projects.mutations.remove, { projectId: gone });
    await settle(t);
    const before = Date.now();
    const young = daytona.add({ name: "a", labels: ours(gone) }, before);
    daytona.add({ name: "b", labels: ours(gone) }, before - 11 * MINUTE);
    daytona.add({ name: "c", labels: ours(projectId) }, before - 11 * MINUTE);
    daytona.add({ name: "d", labels: ours("no id at all") }, before - 11 * MINUTE);
    const foreign = [
      daytona.add({ name: "e", labels: { app: "other", projectId: gone } }, 0),
      daytona.add({ name: "f", labels: { ...ours(gone), deployment: "green" } }, 0),
      daytona.add({ name: "g", labels: { app: "quaver", deployment: "test" } }, 0),
    ];
    daytona.pageSize = 2;
    await sweep(t);
    await sweep(t);
    const kept = [sandboxId, young.id, ...foreign.map(({ id }) => id)];
    expect([...daytona.sandboxes.keys()].sort()).toEqual(kept.sort());
    expect((await dump(t)).projects[0]).not.toHaveProperty("operation");
  });

  test("of a failed project delay it for one lease at most, even if the process that deletes them dies", async () => {
    const { t, userId } = await aUser();
    const projectId = await storeProject(t, userId, {
      status: "failed",
      failure: { reason: "Before", retryable: true, at: NOON },
    });
    const { claimOrphan } = internal.projects.reconcile.orphans;
    const createdAt = NOON - 11 * MINUTE;
    const { id, state } = daytona.add({ name: "a", labels: ours(projectId) }, createdAt);
    const sandbox = { id, state, labels: ours(projectId), createdAt };
    await t.mutation(claimOrphan, { deployment: "test", sandbox });
    expect((await dump(t)).projects).toMatchObject([{ operation: { kind: "cleanup" } }]);
    daytona.sandboxes.clear();
    vi.advanceTimersByTime(3 * MINUTE);
    await settle(t);
    expect((await dump(t)).projects[0]).not.toHaveProperty("operation");
  });

  test("of a failed project go, and a retry meanwhile waits", async () => {
    const { t, ada } = await aUser();
    daytona.fail("create", DOWN, 1, { after: true });
    await refusal(ada.action(api.projects.actions.create, newProject));
    const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
    vi.advanceTimersByTime(11 * MINUTE);
    let met: unknown;
    daytona.during = async (call) => {
      if (call !== "delete") return;
      met = await refusal(ada.action(api.projects.actions.retry, { projectId: project!._id }));
    };
    await sweep(t);
    expect(met).toMatchObject({ code: "OPERATION_IN_PROGRESS", operation: "cleanup" });
    expect(daytona.sandboxes.size).toBe(0);
    daytona.during = () => Promise.resolve();
    await ada.action(api.projects.actions.retry, { projectId: project!._id });
    expect(await statuses(t)).toEqual(["ready"]);
  });

  test("are looked at by their id before they go: the list may be stale", async () => {
    const { t, ada } = await aUser();
    const { sandboxId } = await aProject(t, ada);
    vi.advanceTimersByTime(11 * MINUTE);
    daytona.listed = (sandbox) => ({ ...sandbox, labels: ours("gone") });
    await sweep(t);
    expect([...daytona.sandboxes.keys()]).toEqual([sandboxId]);
    expect(daytona.calls).not.toContain("delete");
  });

  test("are left to the next sweep when Daytona fails", async () => {
    const { t } = await aUser();
    daytona.add({ name: "x", labels: ours("gone") }, 0);
    for (const call of ["list", "get", "delete"] as const) {
      daytona.fail(call, DOWN);
      await sweep(t);
      expect(daytona.sandboxes.size).toBe(1);
    }
    await sweep(t);
    expect(daytona.sandboxes.size).toBe(0);
  });

  test("stay while there is no key to delete them with", async () => {
    vi.stubEnv("DAYTONA_API_KEY", undefined);
    const { t } = await aUser();
    daytona.add({ name: "x", labels: ours("gone") }, 0);
    await sweep(t);
    expect(daytona.sandboxes.size).toBe(1);
  });
});
