import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { prepareAppFolder } from "./app-folder.ts";
import { nameOf, opencodeEnv, prepareState } from "./opencode/configuration.ts";
import {
  forgetConversation,
  isUnknownConversation,
  keepConversation,
  readConversation,
} from "./opencode/conversation.ts";
import { endProcessesOf } from "./opencode/processes.ts";
import { runOpencode } from "./opencode/run.ts";
import type { Environment, Settings } from "./settings.ts";
import { createTranslator } from "./translate/translate.ts";
import { EXIT_FAILURE, TurnError } from "./turn-error.ts";

/** What a turn needs beside its settings. */
export interface TurnContext {
  env: Environment;
  /** Takes what is to be printed, in the backend's protocol. */
  write: (text: string) => void;
  /** Ends the turn early. */
  signal: AbortSignal;
}

/**
 * Runs a turn: opencode works on the prompt in the app's folder, and goes on with the project's conversation.
 *
 * @throws TurnError when it does not end well
 */
export async function runTurn(settings: Settings, context: TurnContext): Promise<void> {
  const { app, state, assets } = settings;
  prepareAppFolder(app, join(assets, "template"));
  prepareState(state);
  const conversation = readConversation(state);
  const isUnknown = await runInConversation(settings, context, conversation);
  if (!isUnknown) return;
  forgetConversation(state);
  await runInConversation(settings, context, undefined);
}

/** @returns whether opencode does not know the conversation, and so has done nothing */
async function runInConversation(
  settings: Settings,
  { env, write, signal }: TurnContext,
  sessionId: string | undefined,
): Promise<boolean> {
  const { app, state, limits, opencode: program, prompt } = settings;
  const run = randomUUID();
  const translator = createTranslator({ app, limits, write, sessionId });
  const { exitCode, stderr } = await runOpencode({
    ...{ program, app, prompt, sessionId, signal },
    model: nameOf(settings.model),
    env: opencodeEnv(env, settings, run),
    onEvent: (event) => {
      const verdict = translator.take(event);
      // At once, so that the next turn goes on even with one that is cancelled.
      const isNew = event.type === "session.created" && translator.sessionId !== undefined;
      if (isNew) keepConversation(state, translator.sessionId);
      return verdict;
    },
  }).finally(() => endProcessesOf(run));
  translator.end();
  if (translator.failure !== undefined) {
    throw new TurnError(
      translator.failure,
      exitCode === 0 || exitCode > 128 ? EXIT_FAILURE : exitCode,
    );
  }
  if (exitCode === 0) return false;
  if (sessionId !== undefined && isUnknownConversation(stderr)) return true;
  throw new TurnError(`${stderr}\nThe coding agent ended with an error.`.trim(), exitCode);
}
