import { parseArgs } from "node:util";
import type { SnapshotResources } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { CommandFailure, messageOf } from "../lib/failure.ts";

/** What `bun run snapshot` was asked for. */
export interface SnapshotOptions {
  /** The beginning of the snapshot's name; the content's hash follows. */
  name: string;
  resources: SnapshotResources;
  timeoutMs: number;
  json: boolean;
  help: boolean;
}

const DEFAULTS = { name: "quaver-agent", cpu: "2", memory: "4", disk: "10", timeout: "60" };

/** Shown by `bun run snapshot --help`. */
export const USAGE = `Usage: ${bunRun("snapshot")} [--name NAME] [--cpu N] [--memory GIB] [--disk GIB] [--timeout MINUTES] [--json]

Makes the image of packages/agent the Daytona snapshot that sandboxes come from, and waits until it is active.
The build's log goes to standard error, and the variables to set go to standard output.

  --name NAME        the beginning of its name; a hash of the content follows (default: ${DEFAULTS.name})
  --cpu N            vCPUs of each sandbox (default: ${DEFAULTS.cpu})
  --memory GIB       memory of each sandbox (default: ${DEFAULTS.memory})
  --disk GIB         disk of each sandbox (default: ${DEFAULTS.disk})
  --timeout MINUTES  how long to wait (default: ${DEFAULTS.timeout}, after which Daytona gives up, too)
  --json             print one JSON line instead of the variables

  DAYTONA_API_KEY    a key that may write and delete snapshots
  DAYTONA_API_URL    where Daytona's API is (default: https://app.daytona.io/api)
  DAYTONA_TARGET     the region (default: the organisation's)
`;

// 63 characters is the longest label of a host name; with the hash there are 13 more.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Reads the command line.
 *
 * @throws CommandFailure `USAGE`.
 */
export function parseOptions(argv: string[]): SnapshotOptions {
  const flags = readFlags(argv);
  const { name = DEFAULTS.name, json = false, help = false } = flags;
  if (!NAME.test(name)) {
    throw usage(`--name ${name}: at most 63 letters, digits, dots, dashes and underscores`);
  }
  return {
    name,
    resources: {
      cpu: wholeNumber("cpu", flags.cpu),
      memory: wholeNumber("memory", flags.memory),
      disk: wholeNumber("disk", flags.disk),
    },
    timeoutMs: wholeNumber("timeout", flags.timeout) * 60_000,
    json,
    help,
  };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        name: { type: "string" },
        cpu: { type: "string" },
        memory: { type: "string" },
        disk: { type: "string" },
        timeout: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw usage(messageOf(error));
  }
}

function wholeNumber(flag: "cpu" | "memory" | "disk" | "timeout", given = DEFAULTS[flag]): number {
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw usage(`--${flag} ${given}: a whole number from 1 to 9999 is needed`);
}

function usage(message: string): CommandFailure {
  return new CommandFailure("USAGE", `${message}\n\n${USAGE}`);
}
