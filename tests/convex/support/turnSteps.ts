/** Users whose agent is at work; a suite that uses them sets `AGENT_COMMAND`. */
import { vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { signUp } from "./users.ts";
import { aBackend, type TestBackend } from "./setup.ts";

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
  return { t, ada, project, said };
}

/** A project whose agent is at work on the first prompt. */
export async function aGeneratingProject() {
  const user = await aUser();
  const { projectId, sandboxId } = await user.ada.action(api.projects.actions.create, newProject);
  await pass(user.t, 1_000);
  return { ...user, projectId, sandboxId };
}
