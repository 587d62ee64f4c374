import { delimiter, dirname, isAbsolute, join } from "node:path";
import { accessSync, constants, realpathSync } from "node:fs";
import { chooseModel, type Model } from "./model.ts";
import { EXIT_CONFIG, EXIT_NOT_FOUND, TurnError } from "./turn-error.ts";

/** Environment variables by name. */
export type Environment = Record<string, string | undefined>;

/** What a turn needs to know. */
export interface Settings {
  prompt: string;
  model: Model;
  /** The folder of the app: `$HOME/app`. */
  app: string;
  /** What the launcher and opencode keep: `$HOME/.quaver/agent`. */
  state: string;
  /** Where the template and opencode's plugin are. */
  assets: string;
  /** opencode's program. */
  opencode: string;
  limits: Limits;
}

/** How much a turn may take of a model. */
export interface Limits {
  /** How often a request that fails is sent again. */
  retries: number;
  /** How many characters a model may say without a pause for a tool. */
  answerLength: number;
}

const DEFAULT_LIMITS: Limits = {
  retries: 3, // opencode waits 2, 4 and 8 seconds, or as long as the service says
  answerLength: 200_000, // half of what the backend keeps of an answer; a model stops at about a tenth of it
};

/**
 * Reads the environment.
 *
 * @param script - The path of the running script.
 * @throws TurnError when no model is named, opencode isn't there, or there is no prompt.
 */
export function readSettings(env: Environment, script: string): Settings {
  const { HOME: home, QUAVER_PROMPT: prompt = "" } = env;
  if (!home || !isAbsolute(home)) throw misconfigured("HOME is not set.");
  if (prompt.trim() === "") throw misconfigured("QUAVER_PROMPT is empty: there is nothing to do.");
  return {
    prompt,
    model: chooseModel(env),
    app: join(home, "app"),
    state: join(home, ".quaver", "agent"),
    assets: dirname(realpathSync(script)),
    opencode: findOpencode(env, dirname(realpathSync(script))),
    limits: {
      retries: countFrom(env, "QUAVER_MODEL_RETRIES") ?? DEFAULT_LIMITS.retries,
      answerLength: countFrom(env, "QUAVER_MODEL_MAX_ANSWER") ?? DEFAULT_LIMITS.answerLength,
    },
  };
}

/** Looks for opencode: in `QUAVER_OPENCODE`, or else beside the launcher and in `PATH`. */
function findOpencode(
  { QUAVER_OPENCODE: given, PATH: path = "" }: Environment,
  beside: string,
): string {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const places = given ? [given] : [beside, ...folders].map((folder) => join(folder, "opencode"));
  const found = places.find(isExecutable);
  if (found !== undefined) return found;
  const where = given ? `at ${given}` : "in PATH";
  throw new TurnError(
    `The coding agent is not installed in this sandbox: there is no opencode ${where}. Whoever runs this deployment can make the snapshot again.`,
    EXIT_NOT_FOUND,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function countFrom(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw misconfigured(`${name} is "${text}", which is no whole number.`);
  return Number(text);
}

function misconfigured(message: string): TurnError {
  return new TurnError(message, EXIT_CONFIG);
}
