/** Users whose agent is at work; a suite that uses them sets `AGENT_COMMAND`. */
import { vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { signUp } from "./users.ts";
import { aBackend, daytona, type TestBackend } from "./setup.ts";

/** A prompt that no shell may take for its own. */
export const newProject = { name: "Tetris", prompt: "A game of 'falling' blocks; $(rm -rf /)" };

/** Lets scheduled functions run for some time, and no longer: an agent at work never settles. */
export async function pass(t: TestBackend, ms = 6_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    await vi.advanceTimersByTimeAsync(500);
    await t.finishInProgressScheduledFunctions();
  }
}

/** A user with what they see: their first project, and its messages. */
export async function aUser() {
  const t = aBackend();
  const ada = await signUp(t);
  const project = async () => (await ada.query(api.projects.queries.listForCurrentUser, {}))[0]!;
  const said = async () => {
    const { _id: projectId } = await project();
    const messages = await ada.query(api.messages.queries.listByProject, { projectId });
    return messages.map(({ role, content }) => ({ role, content }));
  };
  const turns = async () => {
    const { _id: projectId } = await project();
    return await ada.query(api.turns.queries.listByProject, { projectId });
  };
  return { t, ada, project, turns, said };
}

/** A project whose agent is at work on the first prompt. */
export async function aGeneratingProject() {
  const user = await aUser();
  const { projectId, sandboxId } = await user.ada.action(api.projects.actions.create, newProject);
  await pass(user.t, 1_000);
  const [turn] = await user.turns();
  if (turn === undefined) throw new Error("The project has no turn.");
  return { ...user, projectId, sandboxId, turnId: turn._id };
}

/** A project whose agent has answered the first prompt. */
export async function aReadyProject() {
  const made = await aGeneratingProject();
  daytona.agent.output = "Here it is\n";
  daytona.agent.exitCode = 0;
  await pass(made.t);
  if ((await made.project()).status !== "ready") throw new Error("The first turn has not ended.");
  return made;
}
