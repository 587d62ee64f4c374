import type { Environment } from "./settings.ts";
import { EXIT_CONFIG, TurnError } from "./turn-error.ts";

/** The model that works, as opencode is told of it. */
export interface Model {
  /** opencode's id of the provider. */
  provider: string;
  /** The provider's id of the model; its default unless given. */
  id?: string;
  key?: string;
  /** The address of a service that speaks OpenAI's protocol. */
  baseUrl?: string;
  /** The variables that the key comes from. Programs that the agent runs don't get them. */
  keyVariables: string[];
}

/** What opencode knows by itself, and the variable with the key. */
const PROVIDERS = { anthropic: "ANTHROPIC_API_KEY", openai: "OPENAI_API_KEY" } as const;

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
  const name = env["QUAVER_MODEL"]?.trim() ?? "";
  const baseUrl = env["QUAVER_MODEL_BASE_URL"]?.trim() ?? "";
  return baseUrl === "" ? knownProvider(env, name) : otherService(env, baseUrl, name);
}

function otherService(env: Environment, baseUrl: string, name: string): Model {
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    throw noModel("QUAVER_MODEL_BASE_URL is no address: https://api.example.com/v1 would be one.");
  }
  if (name === "") {
    throw noModel("QUAVER_MODEL is not set, and the service's models have no default.");
  }
  const key = env["QUAVER_MODEL_API_KEY"]?.trim();
  return {
    provider: OTHER_SERVICE,
    id: name,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    ...(key && { key }),
    keyVariables: ["QUAVER_MODEL_API_KEY"],
  };
}

function knownProvider(env: Environment, name: string): Model {
  const [, prefix, rest = ""] = /^(anthropic|openai)\/(.*)$/.exec(name) ?? [];
  const id = prefix === undefined ? name : rest;
  // The first has the key; with neither named, Anthropic's counts before OpenAI's.
  const provider = (["anthropic", "openai"] as const).find(
    (each) => (prefix ?? each) === each && env[PROVIDERS[each]]?.trim(),
  );
  if (provider === undefined) {
    const missing = prefix === undefined ? Object.values(PROVIDERS) : [PROVIDERS[prefix]];
    throw noModel(`No model is set up: there is no ${missing.join(", no ")}.`);
  }
  const variable = PROVIDERS[provider];
  const key = env[variable]?.trim() ?? "";
  return { provider, key, keyVariables: [variable], ...(id !== "" && { id }) };
}

function noModel(what: string): TurnError {
  return new TurnError(`${what} ${HOW_TO}`, EXIT_CONFIG);
}
