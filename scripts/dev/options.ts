import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../lib/convex-cli.ts";
import { CommandFailure, messageOf } from "../lib/failure.ts";

/** What `bun run dev` was asked for. */
export interface DevOptions {
  /** One JSON line on stdout when ready (or on failure) instead of the screen for people. */
  json: boolean;
  /** Take any free ports at first, instead of the usual ones. */
  freePorts: boolean;
  /** Serve the example front end, and have the demo agent answer prompts. */
  example: boolean;
  /** Where everything is kept; absolute. */
  dataDir: string;
  /** Whether that is the folder of the ordinary `bun run dev`, which `.env.local` points at. */
  isDefaultDataDir: boolean;
  help: boolean;
}

/** Shown by `bun run dev --help`. */
export const USAGE = `Usage: bun run dev [--data-dir DIR] [--free-ports] [--json] [--no-example]

  --data-dir DIR  where everything is kept (default: .quaver)
  --free-ports    take any free ports, so that several can run side by side
  --json          print one JSON line when ready, nothing else, on stdout
  --no-example    the backend alone: neither the example front end nor its demo agent
`;

/** The folder of the ordinary `bun run dev`. */
export const DEFAULT_DATA_DIR = resolve(ROOT, ".quaver");

/**
 * Reads the command line.
 * @throws CommandFailure `USAGE` for an unknown flag or a missing value
 */
export function parseOptions(argv: string[]): DevOptions {
  const flags = readFlags(argv);
  const dataDir = resolve(flags["data-dir"] ?? DEFAULT_DATA_DIR);
  return {
    json: flags.json ?? false,
    freePorts: flags["free-ports"] ?? false,
    example: !(flags["no-example"] ?? false),
    dataDir,
    isDefaultDataDir: dataDir === DEFAULT_DATA_DIR,
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
        "no-example": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new CommandFailure("USAGE", `${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}
