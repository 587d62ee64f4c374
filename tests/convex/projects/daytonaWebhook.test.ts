/** Daytona's webhook: late, twice, out of order, forged, and before it is configured. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { signUp, svixHeaders } from "../support/users.ts";
import { aBackend, daytona, ENVIRONMENT, NOON, type TestBackend } from "../support/setup.ts";
import { aProject, dump, rowOf, storeProject } from "../support/builders.ts";

const secret = ENVIRONMENT.DAYTONA_WEBHOOK_SECRET;

function post(t: TestBackend, body: string, headers = svixHeaders(body, { secret })) {
  return t.fetch("/daytona-webhook", { method: "POST", body, headers });
}

/** Delivers a change of state, `at` ms after noon by Daytona's clock. */
async function deliver(t: TestBackend, id: string, newState: string, at = 1_000) {
  const updatedAt = new Date(NOON + at).toISOString();
  const event = { event: "sandbox.state.updated", timestamp: updatedAt, id, newState, updatedAt };
  const response = await post(t, JSON.stringify(event));
  expect(response.status).toBe(200);
}

async function aReadyProject() {
  const t = aBackend();
  const ada = await signUp(t);
  const made = await aProject(t, ada);
  const status = async () => (await dump(t)).projects[0]?.status;
  return { t, ada, status, ...made };
}

describe("Daytona's events", () => {
  test("are written at once", async () => {
    const { t, status, sandboxId } = await aReadyProject();
    await deliver(t, sandboxId, "stopped", 1);
    expect(await status()).toBe("stopped");
    await deliver(t, sandboxId, "archived", 2);
    expect(await status()).toBe("archived");
    await deliver(t, sandboxId, "started", 3);
    expect(await status()).toBe("ready");
    await deliver(t, sandboxId, "destroyed", 4);
    const { projects } = await dump(t);
    expect(projects).toMatchObject([{ status: "failed", failure: { retryable: true } }]);
    expect(projects[0]).not.toHaveProperty("sandboxId");
  });

  test("never move a project backwards", async () => {
    const { t, status, sandboxId } = await aReadyProject();
    await deliver(t, sandboxId, "stopped", -1);
    expect(await status()).toBe("ready");
    await deliver(t, sandboxId, "started", 20);
    await deliver(t, sandboxId, "stopped", 10);
    await deliver(t, sandboxId, "stopped", 20);
    expect(await status()).toBe("ready");
  });

  test("don't undo what the owner has done since", async () => {
    const { t, ada, status, sandboxId, projectId } = await aReadyProject();
    vi.advanceTimersByTime(5_000);
    await ada.action(api.projects.actions.stop, { projectId });
    await deliver(t, sandboxId, "started", 4_000);
    expect(await status()).toBe("stopped");
  });

  test("are not applied to a project under a lease", async () => {
    const { t, ada, status, sandboxId, projectId } = await aReadyProject();
    await ada.mutation(internal.projects.sandbox.change.beginChange, { projectId, change: "stop" });
    await deliver(t, sandboxId, "stopped");
    expect(await status()).toBe("ready");
  });

  test.for(["stopping", "starting", "error", "constructor", "of next year"])(
    "of a sandbox that is %s changes nothing",
    async (state) => {
      const { t, sandboxId } = await aReadyProject();
      const before = await dump(t);
      await deliver(t, sandboxId, state);
      expect(await dump(t)).toEqual(before);
    },
  );

  test.for(["creating", "generating", "failed"] as const)(
    "changes nothing of a %s project",
    async (status) => {
      const t = aBackend();
      const ada = await signUp(t);
      await storeProject(t, (await rowOf(ada))._id, { status, sandboxId: "sb-1" });
      const before = await dump(t);
      for (const state of ["started", "stopped", "destroyed"]) await deliver(t, "sb-1", state);
      expect(await dump(t)).toEqual(before);
    },
  );

  test("about another sandbox, or of another kind, are accepted", async () => {
    const { t } = await aReadyProject();
    const before = await dump(t);
    await deliver(t, "another", "destroyed");
    const created = JSON.stringify({ event: "sandbox.created", id: "another", state: "started" });
    expect((await post(t, created)).status).toBe(200);
    expect(await dump(t)).toEqual(before);
  });

  test("lead to the same state in any order, and delivered any number of times", async () => {
    const history = fc.array(fc.constantFrom("started", "stopped", "archived"), {
      minLength: 1,
      maxLength: 6,
    });
    const weather = history.chain((states) => {
      const events = states.map((state, i) => ({ state, at: i + 1 }));
      const duplicated = fc
        .subarray(events)
        .chain((again) =>
          fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }),
        );
      return fc.record({ last: fc.constant(states.at(-1)!), deliveries: duplicated });
    });
    const STATUS: Record<string, string> = { started: "ready", stopped: "stopped" };
    await fc.assert(
      fc.asyncProperty(weather, async ({ last, deliveries }) => {
        const t = aBackend();
        const ada = await signUp(t);
        await storeProject(t, (await rowOf(ada))._id, { sandboxId: "sb-1" });
        for (const { state, at } of deliveries) await deliver(t, "sb-1", state, at);
        expect((await dump(t)).projects[0]?.status).toBe(STATUS[last] ?? "archived");
      }),
      { numRuns: 40 },
    );
  });
});

describe("what is refused", () => {
  const body = JSON.stringify({
    event: "sandbox.state.updated",
    id: "sandbox-1",
    newState: "destroyed",
    updatedAt: new Date(NOON + 1_000).toISOString(),
  });

  test("a bad signature, Clerk's own among them, is 400", async () => {
    const { t } = await aReadyProject();
    const before = await dump(t);
    expect((await post(t, body, {})).status).toBe(400);
    expect((await post(t, body, svixHeaders(body))).status).toBe(400);
    expect(await dump(t)).toEqual(before);
  });

  test.for([
    ["no JSON", "{"],
    ["no event", "[]"],
    ["no sandbox", { id: undefined }],
    ["no state", { newState: 7 }],
    ["no time", { updatedAt: undefined }],
    ["a time that is none", { updatedAt: "yesterday" }],
  ] as const)("%s is 400", async ([, change]) => {
    const { t } = await aReadyProject();
    const event = { ...(JSON.parse(body) as object), ...(typeof change === "object" && change) };
    const sent = typeof change === "string" ? change : JSON.stringify(event);
    expect((await post(t, sent)).status).toBe(400);
    expect(daytona.sandboxes.size).toBe(1);
  });

  test("a missing secret is 500, and the log names the variable", async () => {
    const t = aBackend();
    vi.stubEnv("DAYTONA_WEBHOOK_SECRET", undefined);
    const log = vi.spyOn(console, "error").mockReturnValue();
    expect((await post(t, body)).status).toBe(500);
    expect(log.mock.calls.join("\n")).toContain("DAYTONA_WEBHOOK_SECRET");
  });
});
