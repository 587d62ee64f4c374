/** Creating a project when a call fails on the way, or another operation comes in between. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { PLANS } from "../../../convex/payments/plans.ts";
import { refusal } from "../../contract/backend.ts";
import { DOWN, FakeSandboxError } from "../support/fakeDaytona.ts";
import { deliver, signUp } from "../support/users.ts";
import { aBackend, daytona, ENVIRONMENT, NOON, settle } from "../support/setup.ts";
import { beginCreation, dump, rowOf, storeProject, storeStatus } from "../support/builders.ts";

const { create } = api.projects.actions;
const { remove } = api.projects.mutations;
const { finishCreate } = internal.projects.sandbox.create;
const tooLate = { ok: false, reason: "Too late", retryable: true, sandbox: "unknown" } as const;
const newProject = { name: "Tetris", prompt: "A game of falling blocks" };

async function aUser() {
  const t = aBackend();
  return { t, ada: await signUp(t) };
}

describe("the request to Daytona", () => {
  test("asks for a private sandbox, named and labelled after the project, with an idle stop", async () => {
    const { ada } = await aUser();
    const { projectId } = await ada.action(create, newProject);
    expect(daytona.created).toEqual([
      {
        name: `quaver-${projectId}`,
        labels: { app: "quaver", deployment: "test", projectId },
        snapshot: "quaver-agent",
        autoStopMinutes: 15,
        autoArchiveMinutes: 1440,
      },
    ]);
    expect(daytona.clients).toMatchObject([
      { apiKey: ENVIRONMENT.DAYTONA_API_KEY, apiUrl: ENVIRONMENT.DAYTONA_API_URL },
    ]);
  });

  test("the environment can name another account, region, snapshot and deployment", async () => {
    vi.stubEnv("DAYTONA_API_URL", undefined);
    vi.stubEnv("DAYTONA_TARGET", "eu");
    vi.stubEnv("QUAVER_SNAPSHOT", "quaver-agent-2");
    vi.stubEnv("QUAVER_DEPLOYMENT", "blue");
    const { ada } = await aUser();
    await ada.action(create, newProject);
    expect(daytona.clients).toMatchObject([{ apiUrl: "https://app.daytona.io/api", target: "eu" }]);
    expect(daytona.created).toMatchObject([
      { snapshot: "quaver-agent-2", labels: { deployment: "blue" } },
    ]);
  });

  test("an empty variable counts as not set", async () => {
    for (const name of ["API_URL", "TARGET"]) vi.stubEnv(`DAYTONA_${name}`, "");
    vi.stubEnv("QUAVER_SNAPSHOT", "");
    vi.stubEnv("QUAVER_DEPLOYMENT", "");
    const { ada } = await aUser();
    await ada.action(create, newProject);
    const [client] = daytona.clients;
    expect(client).toMatchObject({ apiUrl: "https://app.daytona.io/api" });
    expect(client?.target).toBeUndefined();
    expect(daytona.created).toMatchObject([
      { snapshot: "quaver-agent", labels: { deployment: "test" } },
    ]);
  });
});

describe("while the sandbox is being created", () => {
  test("the project is listed as creating, without a sandbox, under a lease without its token", async () => {
    const { ada } = await aUser();
    let seen: unknown;
    daytona.duringCreate = async () => {
      seen = await ada.query(api.projects.queries.listForCurrentUser, {});
    };
    await ada.action(create, newProject);
    expect(seen).toMatchObject([
      { name: "Tetris", status: "creating", operation: { kind: "create", startedAt: NOON } },
    ]);
    expect(seen).not.toHaveProperty("0.sandboxId");
    expect(seen).not.toHaveProperty("0.operation.token");
  });

  test.for(["beforeCreate", "duringCreate"] as const)(
    "a project that is removed (%s) takes its sandbox with it, and the caller gets no error",
    async (moment) => {
      const { t, ada } = await aUser();
      daytona[moment] = async () => {
        const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
        await ada.mutation(remove, { projectId: project!._id });
        // The removal's own job has come and gone by the time that the sandbox is there.
        if (moment === "beforeCreate") await settle(t);
      };
      const { sandboxId } = await ada.action(create, newProject);
      expect(daytona.find(sandboxId)).toBeDefined();
      await settle(t);
      expect(daytona.sandboxes.size).toBe(0);
      expect((await dump(t)).projects).toEqual([]);
    },
  );

  test.for(["beforeCreate", "duringCreate"] as const)(
    "a user who is deleted (%s) leaves no sandbox behind",
    async (moment) => {
      const { t, ada } = await aUser();
      daytona[moment] = async () => {
        await deliver(t, "user.deleted", { id: "user_ada", deleted: true });
        await settle(t);
      };
      await ada.action(create, newProject);
      await settle(t);
      expect(daytona.sandboxes.size).toBe(0);
      expect((await dump(t)).projects).toEqual([]);
    },
  );
});

describe("when the sandbox can't be created", () => {
  beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());

  test.for([
    ["UNAVAILABLE", true],
    ["RATE_LIMITED", true],
    ["TIMEOUT", true],
    ["FORBIDDEN", false],
    ["UNAUTHORIZED", false],
    ["SUSPENDED", false],
    ["QUOTA_EXCEEDED", true],
    ["SNAPSHOT_UNAVAILABLE", false],
  ] as const)("%s ends in failed, in words for the owner", async ([code, retryable]) => {
    const { ada } = await aUser();
    daytona.fail("create", new FakeSandboxError(code, retryable));
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable });
    const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
    expect(project).toMatchObject({
      status: "failed",
      statusChangedAt: NOON,
      failure: { reason: data.message, retryable, at: NOON },
    });
    expect(project).not.toHaveProperty("operation");
    expect(project).not.toHaveProperty("sandboxId");
    expect(data.message).not.toContain("secret");
  });

  test("a sandbox that failed to start can be retried: the next try creates another", async () => {
    const { ada } = await aUser();
    daytona.fail("create", new FakeSandboxError("SANDBOX_FAILED", false));
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: true });
  });

  test("a missing snapshot is logged for the operator, with its variable", async () => {
    const { ada } = await aUser();
    daytona.fail("create", new FakeSandboxError("SNAPSHOT_UNAVAILABLE", false));
    await refusal(ada.action(create, newProject));
    expect(vi.mocked(console.error).mock.calls.join("\n")).toContain("QUAVER_SNAPSHOT");
  });

  test("an unexpected error is not shown to the owner, and can be retried", async () => {
    const { t, ada } = await aUser();
    daytona.fail("create", new TypeError("secret internals"));
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: true });
    expect(JSON.stringify([data, await dump(t)])).not.toContain("secret");
  });

  test("a deployment whose DAYTONA_API_URL is no URL says so in its log", async () => {
    const { ada } = await aUser();
    daytona.fail("connect", new FakeSandboxError("INVALID", false));
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: false });
    expect(vi.mocked(console.error)).toHaveBeenCalled();
  });

  test("a call whose answer is lost fails the project, and its sandbox is removed with the project", async () => {
    const { t, ada } = await aUser();
    // Stands for a Node action that dies after Daytona has made the sandbox: its result is not one.
    daytona.duringCreate = async (sandbox) => void Object.assign(sandbox, { id: null });
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: true });
    expect(daytona.sandboxes.size).toBe(1);
    for (const [id, sandbox] of daytona.sandboxes) sandbox.id = id;
    const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
    expect(project?.status).toBe("failed");
    await ada.mutation(remove, { projectId: project!._id });
    await settle(t);
    expect(daytona.sandboxes.size).toBe(0);
  });

  test("without a key the log names the variable, and the error says that sandboxes are not set up", async () => {
    vi.stubEnv("DAYTONA_API_KEY", undefined);
    const { ada } = await aUser();
    const data = await refusal(ada.action(create, newProject));
    expect(data).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: false });
    expect(vi.mocked(console.error).mock.calls.join("\n")).toContain("DAYTONA_API_KEY");
    expect(daytona.clients).toEqual([]);
  });
});

describe("the lease", () => {
  test("only its holder attaches a sandbox, and only once", async () => {
    const { t, ada } = await aUser();
    const lease = await beginCreation(ada, newProject);
    const finish = (token: string, sandboxId: string) =>
      t.mutation(finishCreate, { ...lease, token, result: { ok: true, sandboxId } });
    await finish("another", "sb-2");
    expect((await dump(t)).projects).toMatchObject([{ status: "creating" }]);
    await finish(lease.token, "sb-1");
    await finish(lease.token, "sb-3");
    expect((await dump(t)).projects).toMatchObject([{ status: "ready", sandboxId: "sb-1" }]);
  });

  test("a failure that arrives after the lease was lost writes nothing", async () => {
    const { t, ada } = await aUser();
    const lease = await beginCreation(ada, newProject);
    await t.mutation(finishCreate, { ...lease, result: { ok: true, sandboxId: "sb-1" } });
    const before = await dump(t);
    await t.mutation(finishCreate, { ...lease, result: tooLate });
    expect(await dump(t)).toEqual(before);
  });

  test("a failure of a project that is gone is no error", async () => {
    const { t, ada } = await aUser();
    const lease = await beginCreation(ada, newProject);
    await ada.mutation(remove, { projectId: lease.projectId });
    await t.mutation(finishCreate, { ...lease, result: tooLate });
    expect((await dump(t)).projects).toEqual([]);
  });

  test("a creation whose process died can be resumed, with the same sandbox", async () => {
    const { t, ada } = await aUser();
    const { projectId } = await beginCreation(ada, newProject);
    const ask = () =>
      t.action(internal.projects.sandbox.daytona.createSandbox, { projectId, deployment: "x" });
    expect(await ask()).toEqual(await ask());
    expect(daytona.sandboxes.size).toBe(1);
  });
});

describe("a project that is created again with the same client id", () => {
  const again = { ...newProject, clientProjectId: "c-1" };

  test("is the first one, whatever the other arguments; another user's same id is another project", async () => {
    const { t, ada } = await aUser();
    const bob = await signUp(t, "Bob");
    const first = await ada.action(create, again);
    const other = { name: "Pong", prompt: "A ball", clientProjectId: "c-1" };
    expect(await ada.action(create, other)).toEqual(first);
    expect((await bob.action(create, again)).projectId).not.toBe(first.projectId);
    expect((await dump(t)).projects).toMatchObject([{ name: "Tetris" }, { name: "Tetris" }]);
    expect(daytona.sandboxes.size).toBe(2);
  });

  test.for(["generating", "stopped", "archived"] as const)(
    "is answered as it was when it is %s by now",
    async (status) => {
      const { t, ada } = await aUser();
      const first = await ada.action(create, again);
      await storeStatus(t, first.projectId, status);
      expect(await ada.action(create, again)).toEqual(first);
      expect(daytona.created).toHaveLength(1);
    },
  );

  test("counts towards no limit", async () => {
    const { t, ada } = await aUser();
    const { _id: userId } = await rowOf(ada);
    for (let i = 0; i < PLANS.free.maxProjects - 1; i++) await storeProject(t, userId);
    const first = await ada.action(create, again);
    for (let i = 0; i < 40; i++) expect(await ada.action(create, again)).toEqual(first);
    expect(await refusal(ada.action(create, newProject))).toMatchObject({
      code: "PLAN_LIMIT_REACHED",
    });
  });

  test("while it is being created, is refused as in progress, with its id", async () => {
    const { t, ada } = await aUser();
    let met: unknown;
    daytona.beforeCreate = async () => {
      met = await refusal(ada.action(create, again));
    };
    const { projectId } = await ada.action(create, again);
    expect(met).toMatchObject({ code: "OPERATION_IN_PROGRESS", operation: "create", projectId });
    expect((await dump(t)).projects).toMatchObject([{ _id: projectId, status: "ready" }]);
    expect(daytona.sandboxes.size).toBe(1);
  });

  test.for([
    ["before Daytona was asked", false],
    ["after Daytona had made the sandbox", true],
  ] as const)("goes on where its creation was cut off %s", async ([, made]) => {
    const { t, ada } = await aUser();
    const lost = await beginCreation(ada, again);
    const { projectId } = lost;
    const sandbox = { projectId, deployment: "test" };
    if (made) await t.action(internal.projects.sandbox.daytona.createSandbox, sandbox);
    vi.advanceTimersByTime(6 * 60_000);
    const { sandboxId } = await ada.action(create, again);
    expect((await dump(t)).projects).toMatchObject([
      { _id: projectId, status: "ready", sandboxId },
    ]);
    expect([...daytona.sandboxes.keys()]).toEqual([sandboxId]);
    const before = await dump(t);
    await t.mutation(finishCreate, { ...lost, result: { ok: true, sandboxId: "sb-9" } });
    expect(await dump(t)).toEqual(before);
  });

  test("after it failed, is refused with the reason, and left for its owner to retry", async () => {
    const { t, ada } = await aUser();
    vi.spyOn(console, "error").mockReturnValue();
    daytona.fail("create", DOWN);
    const error = await refusal(ada.action(create, again));
    const [project] = (await dump(t)).projects;
    const projectId = project!._id;
    expect(error).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable: true, projectId });
    expect(await refusal(ada.action(create, again))).toEqual(error);
    expect(daytona.created).toHaveLength(1);
    const retried = await ada.action(api.projects.actions.retry, { projectId });
    expect(await ada.action(create, again)).toEqual(retried);
  });

  test("after it was removed, is a new one, and counts towards the limits", async () => {
    const { t, ada } = await aUser();
    const { projectId } = await ada.action(create, again);
    await ada.mutation(remove, { projectId });
    await settle(t);
    expect((await ada.action(create, again)).projectId).not.toBe(projectId);
    expect((await dump(t)).projects).toHaveLength(1);
    for (let i = 0; i < 8; i++) await ada.action(create, newProject);
    expect(await refusal(ada.action(create, newProject))).toMatchObject({ code: "RATE_LIMITED" });
  });

  test("by two tabs at once, is one project", async () => {
    const { t, ada } = await aUser();
    const answers = await Promise.allSettled([
      ada.action(create, again),
      ada.action(create, again),
    ]);
    expect(answers.some(({ status }) => status === "fulfilled")).toBe(true);
    expect((await dump(t)).projects).toHaveLength(1);
    expect(daytona.sandboxes.size).toBe(1);
  });

  test("has a client id within limits, which is in no answer", async () => {
    const { ada } = await aUser();
    for (const clientProjectId of ["", " ", "x".repeat(129)]) {
      const data = await refusal(ada.action(create, { ...newProject, clientProjectId }));
      expect(data).toMatchObject({ code: "INVALID_ARGUMENT", field: "clientProjectId" });
    }
    await ada.action(create, { ...newProject, clientProjectId: "x".repeat(128) });
    const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
    expect(project).not.toHaveProperty("clientProjectId");
  });
});
