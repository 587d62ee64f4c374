import { join } from "node:path";
import { parseArgs } from "node:util";
import { bunRun } from "../lib/bun-run.ts";
import { ROOT } from "../lib/convex-cli.ts";
import { CommandFailure, messageOf } from "../lib/failure.ts";

/** How to use the command. */
export const USAGE = `Usage: ${bunRun("snapshot")} [--name NAME] [--cpu N] [--memory GIB] [--disk GIB]

Makes the Daytona snapshot of packages/agent, which sandboxes are created from, and says what to set on the
deployment. When it is there already, nothing is done.

  --name NAME    the snapshot's name (default: quaver-agent- and a hash of what it is made of)
  --cpu N        vCPUs of a sandbox (default: 2)
  --memory GIB   memory of a sandbox (default: 4)
  --disk GIB     disk of a sandbox (default: 10)
  --agent DIR    the folder with the Dockerfile (default: packages/agent)

In the environment: DAYTONA_API_KEY, with permission to write and delete snapshots; DAYTONA_API_URL
(default: https://app.daytona.io/api); DAYTONA_TARGET, the region.
`;

/** What the command was called with. */
export interface Options {
  help: boolean;
  /** Undefined: by the content's hash. */
  name: string | undefined;
  cpu: number;
  /** GiB. */
  memory: number;
  /** GiB. */
  disk: number;
  /** The folder with the Dockerfile and a `package.json` whose script `build` makes what it copies. */
  agentDir: string;
}

/** @throws CommandFailure `USAGE`. */
export function readOptions(args: readonly string[]): Options {
  const flags = parse(args);
  return {
    help: flags.help,
    name: flags.name,
    cpu: wholeNumber("--cpu", flags.cpu),
    memory: wholeNumber("--memory", flags.memory),
    disk: wholeNumber("--disk", flags.disk),
    agentDir: flags.agent,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        name: { type: "string" },
        cpu: { type: "string", default: "2" },
        memory: { type: "string", default: "4" },
        disk: { type: "string", default: "10" },
        agent: { type: "string", default: join(ROOT, "packages/agent") },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new CommandFailure("USAGE", `${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CommandFailure("USAGE", `${flag} takes a whole number, not ${text}\n\n${USAGE}`);
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
  return { apiKey, apiUrl: unlessEmpty(apiUrl) ?? API_URL, target: unlessEmpty(target) };
}

/** An empty variable is one that isn't set. */
function unlessEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
