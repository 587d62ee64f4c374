import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { KEY_VARIABLES, type Model } from "../model.ts";
import type { Environment, Settings } from "../settings.ts";

const MAX_STEPS = 150; // requests to the model in a turn; then opencode asks it to come to an end

/** opencode's configuration: <https://opencode.ai/docs/config/>. */
function configurationOf({ model, assets }: Pick<Settings, "model" | "assets">): object {
  return {
    autoupdate: false,
    share: "disabled",
    snapshot: false, // the backend keeps versions
    // A sandbox is there for it to work in, and nobody could be asked.
    permission: { "*": "allow", doom_loop: "deny", question: "deny" },
    agent: { build: { steps: MAX_STEPS } },
    enabled_providers: [model.provider],
    provider: { [model.provider]: providerOf(model) },
    model: nameOf(model),
    // Of a service whose models opencode doesn't know, there is no smaller one.
    ...(model.baseUrl !== undefined && { small_model: nameOf(model) }),
    plugin: [pathToFileURL(join(assets, "opencode-plugin.js")).href],
  };
}

/** The model as opencode's settings and flags name it. */
export function nameOf({ provider, id }: Model): string {
  return `${provider}/${id}`;
}

function providerOf({ id, key, baseUrl }: Model): object {
  return {
    options: {
      ...(key !== undefined && { apiKey: key }),
      ...(baseUrl !== undefined && { baseURL: baseUrl }),
    },
    // Named here, a model may be newer than opencode's list.
    models: { [id]: {} },
    ...(baseUrl !== undefined && { npm: "@ai-sdk/openai-compatible", name: "The model" }),
  };
}

/** What of the launcher's environment is not opencode's business. */
const WITHHELD = /^(QUAVER_(PROMPT$|MODEL|OPENCODE)|OPENCODE_|XDG_)/;

/** The environment of opencode: the launcher's, without what is not its business, and with its configuration. */
export function opencodeEnv(env: Environment, settings: Settings, run: string): Environment {
  const { app, state, model } = settings;
  const inherited = Object.entries(env).filter(([name]) => !WITHHELD.test(name));
  return {
    ...Object.fromEntries(inherited),
    [RUN_VARIABLE]: run,
    PWD: app, // which opencode goes by, rather than by the folder that it runs in
    XDG_CONFIG_HOME: join(state, "config"),
    XDG_DATA_HOME: join(state, "data"),
    XDG_CACHE_HOME: join(state, "cache"),
    XDG_STATE_HOME: join(state, "state"),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configurationOf(settings)),
    // Nothing but the model is asked over the network.
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_SHARE: "1",
    // The list of all known models takes a second to read, and has none of another service's.
    ...(model.baseUrl !== undefined && { OPENCODE_MODELS_PATH: join(state, NO_MODELS) }),
    QUAVER_HIDE: ["OPENCODE_CONFIG_CONTENT", ...KEY_VARIABLES].join(" "),
  };
}

/** The variable that marks the processes of a run: what the agent has started inherits it. */
export const RUN_VARIABLE = "QUAVER_AGENT_RUN";

/** A list of models without any. */
const NO_MODELS = "no-models.json";

/**
 * Makes opencode's folders. The one of its settings looks as if the types of its plugins were installed: at every start it
 * would fetch 60 MB of them otherwise, which nothing here needs.
 */
export function prepareState(state: string): void {
  const folder = join(state, "config", "opencode");
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  const lock = { packages: { "": { dependencies: { "@opencode-ai/plugin": "*" } } } };
  writeFileSync(join(state, NO_MODELS), "{}");
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
}
