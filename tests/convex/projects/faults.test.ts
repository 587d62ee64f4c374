/**
 * The promise: whatever call to Daytona fails, within one sweep no sandbox runs without a project
 * and no project stays in a working state. A life is lived once to record its calls; then once for
 * each call and each way to fail it, and whatever is left is swept.
 */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { FakeSandboxError } from "../support/fakeDaytona.ts";
import { signUp, type SignedInUser } from "../support/users.ts";
import { aBackend, daytona, settle, type TestBackend } from "../support/setup.ts";
import { dump } from "../support/builders.ts";

const { create, retry, start, stop, archive, ensureRunning } = api.projects.actions;
const { start: startTurn } = api.turns.mutations;
const MINUTE = 60_000;

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent");
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

/** An agent that says a line and ends well, a moment after it was started. */
async function work(t: TestBackend): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await vi.advanceTimersByTimeAsync(1_000);
    await t.finishInProgressScheduledFunctions();
    const agent = daytona.commands.at(-1);
    if (agent?.exitCode === null) Object.assign(agent, { output: "Done\n", exitCode: 0 });
    const { projects } = await dump(t);
    if (projects.every(({ operation }) => operation === undefined) && i >= 2) return;
  }
}

/** Goes on after a refusal, as a user does. */
async function tolerantly(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isQuaverError(error)) throw error;
  }
}

/** Everything that a user may do with a project, and its removal unless it is to stay. */
async function live(t: TestBackend, ada: SignedInUser, { remove }: { remove: boolean }) {
  await tolerantly(ada.action(create, { name: "Tetris", prompt: "Go" }));
  await work(t);
  const [project] = await ada.query(api.projects.queries.listForCurrentUser, {});
  const projectId: Id<"projects"> = project!._id;
  const change = { projectId };
  await tolerantly(ada.mutation(startTurn, { ...change, prompt: "Faster" }));
  await work(t);
  for (const action of [stop, start, stop, archive, ensureRunning, retry]) {
    await tolerantly(ada.action(action, change));
    await work(t);
  }
  if (remove) await ada.mutation(api.projects.mutations.remove, change);
}

async function sweep(t: TestBackend): Promise<void> {
  vi.advanceTimersByTime(11 * MINUTE);
  await t.mutation(internal.projects.reconcile.sweep.sweepRunning, {});
  await t.mutation(internal.projects.reconcile.sweep.sweepStopped, {});
  await work(t);
}

/** What must not be, after a sweep. */
async function violations(t: TestBackend): Promise<string[]> {
  const { projects, messages } = await dump(t);
  const wrong: string[] = [];
  for (const { status, sandboxId, operation } of projects) {
    if (status === "creating" || status === "generating") wrong.push(`a project is ${status}`);
    if (operation !== undefined) wrong.push(`a ${status} project has a lease`);
    const state = sandboxId && daytona.find(sandboxId)?.state;
    if (status === "ready" && state !== "started") wrong.push(`ready, but ${String(state)}`);
    if (status === "stopped" && state !== "stopped") wrong.push(`stopped, but ${String(state)}`);
  }
  for (const { id } of daytona.sandboxes.values()) {
    if (!projects.some(({ sandboxId }) => sandboxId === id)) wrong.push("an orphan");
  }
  for (const { projectId } of messages) {
    if (!projects.some(({ _id }) => _id === projectId)) wrong.push("a message without a project");
  }
  return wrong;
}

/** Lives once, with one call failing; without an index, with none. */
async function lifeWith(fault: {
  index?: number;
  error?: Error;
  after?: boolean;
  remove: boolean;
}) {
  const t = aBackend();
  const ada = await signUp(t);
  const { index, error, after = false, remove } = fault;
  if (index !== undefined && error) daytona.failAt(index, error, { after });
  await live(t, ada, { remove });
  if (remove) await settle(t, MINUTE);
  const calls = [...daytona.calls];
  await sweep(t);
  return { calls, wrong: await violations(t) };
}

const AWAY = new FakeSandboxError("UNAVAILABLE", true);

/** Ways for a call to fail: before it has done anything, or after. */
const WAYS: [string, Error, { after: boolean }][] = [
  ["away", AWAY, { after: false }],
  ["away once it has done what was asked", AWAY, { after: true }],
  ["mistaken about what is there", new FakeSandboxError("NOT_FOUND", false), { after: false }],
];

describe.each([
  { remove: false, ways: WAYS },
  { remove: true, ways: WAYS.slice(1, 2) },
])("a life (removed: $remove)", ({ remove, ways }) => {
  test("without a fault leaves nothing wrong", { timeout: 30_000 }, async () => {
    const { calls, wrong } = await lifeWith({ remove });
    expect(wrong).toEqual([]);
    expect(new Set(calls)).toEqual(
      new Set([
        ...["create", "keepAwake", "startCommand", "readCommand", "endSession"],
        ...["commitVersion", "stop", "start", "archive", ...(remove ? ["delete"] : [])],
      ]),
    );
  });

  test.each(ways)(
    "with Daytona %s, at any one call, leaves nothing wrong",
    { timeout: 120_000 },
    async (_way, error, { after }) => {
      const { calls } = await lifeWith({ remove });
      expect(calls.length).toBeGreaterThan(12);
      for (const [index, call] of calls.entries()) {
        daytona.reset();
        const { wrong } = await lifeWith({ index, error, after, remove });
        expect.soft(wrong, `${call}, call ${String(index)}`).toEqual([]);
      }
    },
  );
});
