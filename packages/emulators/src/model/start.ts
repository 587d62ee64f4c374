import { randomBytes } from "node:crypto";
import { persistedSecret } from "../shared/data-dir.ts";
import type { Faults } from "../shared/faults.ts";
import { createFaultInjector } from "../shared/faults.ts";
import type { ListeningServer } from "../shared/server.ts";
import { listen } from "../shared/server.ts";
import { modelApp } from "./app.ts";

/** How to start a model emulator. */
export interface ModelEmulatorOptions {
  /** The port; any free one unless given. */
  port?: number | undefined;
  /** The folder that keeps the API key; without one, each start generates a key. Other emulators may share it. */
  dataDir?: string | undefined;
  /** Generated unless given. */
  apiKey?: string | undefined;
  /** The origins whose pages may call; none unless given. Programs, which send no origin, may always call. */
  origins?: readonly string[] | undefined;
  /** Milliseconds between two pieces of a streamed answer; 0 unless given. */
  paceMs?: number | undefined;
  /** The current time in epoch milliseconds; tests may simulate it. */
  now?: (() => number) | undefined;
}

/** A running model emulator. */
export interface ModelEmulator extends ListeningServer {
  apiKey: string;
  /** The id of the only model that it has. */
  model: string;
  faults: Faults;
}

/** The id of the emulated model. */
const MODEL = "quaver-emulator";

/**
 * Starts the model emulator on loopback: an OpenAI-compatible API, at `${url}/v1`, that builds the apps of `recipes/`
 * with the tools that a coding agent offers it.
 *
 * @throws EmulatorError `EADDRINUSE`.
 */
export async function startModelEmulator(
  options: ModelEmulatorOptions = {},
): Promise<ModelEmulator> {
  const { dataDir, origins = [], paceMs = 0, now = Date.now } = options;
  const keep = dataDir === undefined ? newApiKey : () => keptApiKey(dataDir);
  const apiKey = options.apiKey ?? keep();
  const faults = createFaultInjector(now);
  const app = modelApp({ apiKey, model: MODEL, faults, origins, paceMs, now });
  const server = await listen(options.port ?? 0, () => ({ app }));
  return {
    url: server.url,
    apiKey,
    model: MODEL,
    faults,
    close: async () => {
      faults.close();
      await server.close();
    },
  };
}

function keptApiKey(dataDir: string): string {
  return persistedSecret(dataDir, "model-api-key", newApiKey);
}

function newApiKey(): string {
  return `sk-emulator-${randomBytes(24).toString("hex")}`;
}
