import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SnapshotResources } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { ROOT } from "../lib/convex-cli.ts";
import { CommandFailure, messageOf } from "../lib/failure.ts";

/** What `bun run snapshot` was called with. */
export interface Options {
  /** The beginning of the snapshot's name; the content's hash follows. */
  name: string;
  resources: SnapshotResources;
  /** How long to wait until the snapshot is active. */
  timeoutMs: number;
  /** The folder with the Dockerfile, and with a `package.json` whose script `build` makes what it copies. */
  agentDir: string;
  json: boolean;
  help: boolean;
}

const AGENT_DIR = join(ROOT, "packages", "agent");
const DEFAULTS = { name: "quaver-agent", cpu: "2", memory: "4", disk: "10", timeout: "60" };

/** How to use the command. */
export const USAGE = `Usage: ${bunRun("snapshot")} [--name NAME] [--cpu N] [--memory GIB] [--disk GIB]
                        [--timeout MINUTES] [--agent DIR] [--json]

Makes the Daytona snapshot of packages/agent, which sandboxes are created from, and says what to set on the
deployment. When it is there already, nothing is done. If standard output is no terminal, NAME=VALUE lines
go there: \`… | npx convex env set --force\` sets them.

  --name NAME        the beginning of its name; a hash of what it is made of follows (default: ${DEFAULTS.name})
  --cpu N            vCPUs of a sandbox (default: ${DEFAULTS.cpu})
  --memory GIB       memory of a sandbox (default: ${DEFAULTS.memory})
  --disk GIB         disk of a sandbox (default: ${DEFAULTS.disk})
  --timeout MINUTES  how long to wait (default: ${DEFAULTS.timeout}, after which Daytona gives up, too)
  --agent DIR        the folder with the Dockerfile (default: packages/agent)
  --json             print one JSON line on standard output

In the environment: DAYTONA_API_KEY, with permission to write and delete snapshots; DAYTONA_API_URL
(default: https://app.daytona.io/api); DAYTONA_TARGET, the region.
`;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws CommandFailure `USAGE`. */
export function readOptions(args: readonly string[]): Options {
  const flags = parse(args);
  if (!NAME.test(flags.name)) {
    throw usage(`--name takes up to 100 letters, digits, dots, dashes and underscores`);
  }
  return {
    name: flags.name,
    resources: {
      cpu: wholeNumber("--cpu", flags.cpu),
      memory: wholeNumber("--memory", flags.memory),
      disk: wholeNumber("--disk", flags.disk),
    },
    timeoutMs: wholeNumber("--timeout", flags.timeout) * 60_000,
    agentDir: flags.agent,
    json: flags.json,
    help: flags.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        name: { type: "string", default: DEFAULTS.name },
        cpu: { type: "string", default: DEFAULTS.cpu },
        memory: { type: "string", default: DEFAULTS.memory },
        disk: { type: "string", default: DEFAULTS.disk },
        timeout: { type: "string", default: DEFAULTS.timeout },
        agent: { type: "string", default: AGENT_DIR },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw usage(messageOf(error), error);
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usage(`${flag} takes a whole number, not ${text}`);
}

function usage(message: string, cause?: unknown): CommandFailure {
  return new CommandFailure("USAGE", `${message}\n\n${USAGE}`, { cause });
}

/** How to reach Daytona. */
export interface DaytonaSettings {
  apiKey: string;
  apiUrl: string;
  target: string | undefined;
}

const API_URL = "https://app.daytona.io/api";

/** Reads the environment. @throws CommandFailure `DAYTONA_KEY_MISSING`. */
export function daytonaSettings(env: NodeJS.ProcessEnv): DaytonaSettings {
  const { DAYTONA_API_KEY: apiKey, DAYTONA_API_URL: apiUrl, DAYTONA_TARGET: target } = env;
  if (!apiKey) {
    const where = "https://app.daytona.io/dashboard/keys";
    throw new CommandFailure(
      "DAYTONA_KEY_MISSING",
      `DAYTONA_API_KEY is not set. Create a key at ${where}, with permission to write and delete snapshots.`,
    );
  }
  // Empty is not set, as in `.env.example`.
  const orUnset = (value: string | undefined) => (value === "" ? undefined : value);
  return { apiKey, apiUrl: orUnset(apiUrl) ?? API_URL, target: orUnset(target) };
}
