import type { Environment } from "./settings.ts";
import { EXIT_CONFIG, TurnError } from "./turn-error.ts";

/** The model that works, as opencode is told of it. */
export interface Model {
  /** opencode's id of the provider. */
  provider: string;
  /** The provider's id of the model. */
  id: string;
  key?: string;
  /** The address of a service that speaks OpenAI's protocol. */
  baseUrl?: string;
}

/** What opencode knows by itself: the variable with the key, and the model unless one is named. */
const KNOWN_SERVICES = [
  { provider: "anthropic", variable: "ANTHROPIC_API_KEY", model: "claude-sonnet-5" },
  { provider: "openai", variable: "OPENAI_API_KEY", model: "gpt-5.5" },
];

/** The variables that models' keys are in. Programs that the agent runs don't get them. */
export const KEY_VARIABLES = [
  "QUAVER_MODEL_API_KEY",
  ...KNOWN_SERVICES.map(({ variable }) => variable),
];

/** opencode's id of the service at `QUAVER_MODEL_BASE_URL`. */
const OTHER_SERVICE = "quaver";

const HOW_TO = "Whoever runs this deployment can set one in AGENT_ENV (docs/production.md).";

/**
 * The model that the environment names: of the service at `QUAVER_MODEL_BASE_URL`, if that is set; of Anthropic or OpenAI
 * by the key that is there. `QUAVER_MODEL` names the model; `anthropic/` or `openai/` before it decide when there are both keys.
 *
 * @throws TurnError when there is none
 */
export function chooseModel(env: Environment): Model {
  const name = env.QUAVER_MODEL?.trim() ?? "";
  const baseUrl = env.QUAVER_MODEL_BASE_URL?.trim() ?? "";
  return baseUrl === "" ? knownService(env, name) : otherService(env, baseUrl, name);
}

function otherService(env: Environment, baseUrl: string, name: string): Model {
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw noModel("QUAVER_MODEL_BASE_URL is no address: https://api.example.com/v1 would be one.");
  }
  if (name === "") {
    throw noModel("QUAVER_MODEL is not set, and the service's models have no default.");
  }
  const key = env.QUAVER_MODEL_API_KEY?.trim();
  return {
    provider: OTHER_SERVICE,
    id: name,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    ...(key && { key }),
  };
}

function knownService(env: Environment, name: string): Model {
  const named = KNOWN_SERVICES.find(({ provider }) => name.startsWith(`${provider}/`));
  const services = named === undefined ? KNOWN_SERVICES : [named];
  const service = services.find(({ variable }) => env[variable]?.trim());
  if (service === undefined) {
    const missing = services.map(({ variable }) => `no ${variable}`).join(", ");
    throw noModel(`No model is set up: there is ${missing}.`);
  }
  const { provider, variable, model } = service;
  const id = named === undefined ? name : name.slice(provider.length + 1);
  const key = env[variable]?.trim() ?? "";
  return { provider, id: id === "" ? model : id, key };
}

function noModel(what: string): TurnError {
  return new TurnError(`${what} ${HOW_TO}`, EXIT_CONFIG);
}
