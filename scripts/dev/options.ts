import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../lib/convex-cli.ts";
import { CommandFailure, messageOf } from "../lib/failure.ts";
import { readModelEnv } from "./agent/model-env.ts";
import type { Variables } from "./convex/variables.ts";

/** What `bun run dev` was asked for. */
export interface DevOptions {
  /** One JSON line on stdout when ready (or on failure) instead of the screen for people. */
  json: boolean;
  /** Take any free ports at first, instead of the usual ones. */
  freePorts: boolean;
  /** Serve the example front end, and have the demo agent answer prompts. */
  example: boolean;
  /** Serve a production build of the example. */
  built: boolean;
  /** Have the real agent answer prompts, instead of the demo agent. */
  agent: boolean;
  /** The variables of its model; the emulated model unless given. */
  modelEnv?: Variables;
  /** Push again after every edit, and print the functions' logs. */
  watch: boolean;
  /** Whether queries and mutations reuse the modules of the last call, which production does not do. */
  keepContexts: boolean;
  /** Where everything is kept; absolute. */
  dataDir: string;
  /** Whether that is the folder of the ordinary `bun run dev`, which `.env.local` points at. */
  isDefaultDataDir: boolean;
  /** The origins of front ends other than the example, whose pages may call the emulators. */
  origins: string[];
  help: boolean;
}

/** Shown by `bun run dev --help`. */
export const USAGE = `Usage: bun run dev [--data-dir DIR] [--free-ports] [--json] [--built]
                   [--no-watch] [--no-example] [--keep-contexts] [--origin ORIGIN]...
                   [--agent] [--model-env FILE]

  --data-dir DIR  where everything is kept (default: .quaver)
  --free-ports    take any free ports, so that several can run side by side
  --json          print one JSON line when ready, nothing else, on stdout
  --built         serve the example as it is built for production, without reloading after edits
  --no-watch      push once, and neither after edits nor print the functions' logs
  --no-example    the backend alone: neither the example front end nor its demo agent
  --keep-contexts calls reuse their modules, with their state, which production does not do: each takes less time
  --agent         the real agent answers prompts: opencode, fetched once (60 MB), with a model emulator
  --model-env FILE
                  the real agent with a real model, which the file's NAME=VALUE lines describe
                  (ANTHROPIC_API_KEY=…; packages/agent/README.md has the names)
  --origin ORIGIN lets the pages of a front end of yours (http://localhost:3000) call the emulators
`;

/** The folder of the ordinary `bun run dev`. */
export const DEFAULT_DATA_DIR = resolve(ROOT, ".quaver");

/** What the example's development server hands out, and `convex dev` pushes. */
const SERVED = ["example", "convex", "node_modules"].map((name) => resolve(ROOT, name));

/**
 * Reads the command line.
 * @throws CommandFailure `USAGE` for an unknown flag, a missing value, a data folder that would be served, or what is
 *   no origin; `MODEL_ENV` for a file that describes no model
 */
export function parseOptions(argv: string[]): DevOptions {
  const flags = readFlags(argv);
  const dataDir = resolve(flags["data-dir"] ?? DEFAULT_DATA_DIR);
  const origins = flags.origin ?? [];
  const served = SERVED.find((folder) => isWithin(realPath(folder), realPath(dataDir)));
  if (served !== undefined) {
    const why = `what is in ${basename(served)}/ is handed out to browsers, and keys are among the data`;
    throw new CommandFailure("USAGE", `${dataDir} can't be the data folder: ${why}.`);
  }
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong !== undefined) {
    const form = "an origin is like http://localhost:3000, without a path";
    throw new CommandFailure("USAGE", `--origin ${wrong}: ${form}.\n\n${USAGE}`);
  }
  return {
    json: flags.json ?? false,
    freePorts: flags["free-ports"] ?? false,
    example: !(flags["no-example"] ?? false),
    built: flags.built ?? false,
    agent: (flags.agent ?? false) || flags["model-env"] !== undefined,
    ...(flags["model-env"] !== undefined && { modelEnv: readModelEnv(flags["model-env"]) }),
    watch: !(flags["no-watch"] ?? false),
    keepContexts: flags["keep-contexts"] ?? false,
    dataDir,
    isDefaultDataDir: dataDir === DEFAULT_DATA_DIR,
    origins,
    help: flags.help ?? false,
  };
}

function readFlags(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        json: { type: "boolean" },
        "free-ports": { type: "boolean" },
        "data-dir": { type: "string" },
        built: { type: "boolean" },
        agent: { type: "boolean" },
        "model-env": { type: "string" },
        "no-watch": { type: "boolean" },
        "no-example": { type: "boolean" },
        "keep-contexts": { type: "boolean" },
        origin: { type: "string", multiple: true },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new CommandFailure("USAGE", `${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/** A path with its links followed, as far as it exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return join(realPath(dirname(path)), basename(path));
}
