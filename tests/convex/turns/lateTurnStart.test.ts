/** The start of an agent's turn that comes back when the turn is no longer that poll's. */
import { beforeEach, expect, test, vi } from "vitest";
import { api, internal } from "../../../convex/_generated/api.js";
import { dump } from "../support/builders.ts";
import { daytona, settle } from "../support/setup.ts";
import { aGeneratingProject, aUser, pass, newProject } from "../support/turnSteps.ts";

const { create } = api.projects.actions;
const { cancel: cancelTurn } = api.turns.mutations;

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
});

test("ends the session that it started, when the turn was cancelled meanwhile", async () => {
  const { t, ada, project, turns } = await aUser();
  const { projectId } = await ada.action(create, newProject);
  const [lease] = (await dump(t)).leases;
  const { token } = lease!;
  let goOn: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (goOn = resolve));
  const starting = new Promise<void>((resolve) => {
    daytona.during = async (call) => {
      if (call !== "keepAwake") return;
      resolve();
      await ended;
    };
  });
  const poll = t.action(internal.turns.run.pollTurn, { projectId, token });
  await starting;
  await ada.mutation(cancelTurn, { turnId: (await turns())[0]!._id });
  await settle(t, 1_000); // what that ordered is done before there is anything to end
  goOn();
  await poll;
  expect(daytona.calls).toEqual(["create", "keepAwake", "endSession", "startCommand"]);
  expect(daytona.agentRuns).toBe(true);
  await settle(t, 1_000);
  expect(daytona.agentRuns).toBe(false);
  expect((await project()).status).toBe("ready");
});

test("leaves the session alone when another poll has taken over", async () => {
  const { t, projectId, sandboxId } = await aGeneratingProject();
  const started = { sandboxId, session: "quaver-turn-1" };
  const result = { kind: "started", commandId: "command-1" } as const;
  const late = { projectId, token: "another", result, started };
  await t.mutation(internal.turns.poll.finishPoll, late);
  await pass(t, 2_000);
  expect(daytona.agentRuns).toBe(true);
});
