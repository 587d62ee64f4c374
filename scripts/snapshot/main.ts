/**
 * `bun run snapshot`: makes the image of packages/agent the Daytona snapshot that sandboxes come from. Safe to repeat:
 * what is there is left as it is. Exit code 0 when the snapshot is active.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildAgent } from "@quaver/agent/build";
import { ensureSnapshot, readSnapshotContent } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { ROOT } from "../lib/convex-cli.ts";
import { CommandFailure, codeOf, messageOf } from "../lib/failure.ts";
import { toCommandFailure } from "./failures.ts";
import type { SnapshotOptions } from "./options.ts";
import { parseOptions, USAGE } from "./options.ts";
import { ENDINGS, jsonReport, nextCommands, settings, STEPS } from "./report.ts";

const AGENT = join(ROOT, "packages", "agent");
const DAYTONA_URL = "https://app.daytona.io/api";

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  await makeSnapshot(options, readKey());
}

async function makeSnapshot(options: SnapshotOptions, apiKey: string): Promise<void> {
  const { DAYTONA_API_URL: apiUrl = DAYTONA_URL, DAYTONA_TARGET: target } = process.env;
  const { resources, timeoutMs } = options;
  await build();
  const content = readSnapshotContent(join(AGENT, "Dockerfile"), resources);
  const name = `${options.name}-${content.hash}`;
  say(`${name}: ${content.files.length} files, ${sizeOf(resources)}`);
  const outcome = await ensureSnapshot(
    {
      apiKey,
      apiUrl,
      target: target === "" ? undefined : target,
      timeoutMs,
      onStep: (step) => say(STEPS[step]),
      onLine: say,
    },
    name,
    content,
  ).catch((error: unknown) => {
    throw toCommandFailure(error, name);
  });
  if (outcome.kind === "failed") {
    const lines = outcome.lastLines.map((line) => `  ${line}\n`).join("");
    const end = lines === "" ? "" : ` Its last lines:\n\n${lines}`;
    throw new CommandFailure("SNAPSHOT_BUILD_FAILED", `${name}: ${outcome.reason}.${end}`);
  }
  say(ENDINGS[outcome.by]);
  say(nextCommands());
  process.stdout.write(options.json ? jsonReport(name, outcome, content) : settings(name));
}

/** Builds what the Dockerfile copies: anew, so that nothing else is in the folder. */
async function build(): Promise<void> {
  const folder = join(AGENT, "dist");
  try {
    rmSync(folder, { recursive: true, force: true });
    await buildAgent(folder);
  } catch (error) {
    const message = `packages/agent could not be built: ${messageOf(error)}`;
    throw new CommandFailure("AGENT_BUILD_FAILED", message, { cause: error });
  }
}

function readKey(): string {
  const { DAYTONA_API_KEY: key = "" } = process.env;
  if (key !== "") return key;
  const message =
    "DAYTONA_API_KEY is not set. Make a key in Daytona's dashboard (Keys → Create Key) that may write and delete snapshots.";
  throw new CommandFailure("DAYTONA_KEY_MISSING", message);
}

function sizeOf({ cpu, memory, disk }: SnapshotOptions["resources"]): string {
  return `${cpu} vCPU, ${memory} GiB of memory, ${disk} GiB of disk`;
}

/** To standard error, as standard output is for programs. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  say(`\n${bunRun("snapshot")} stopped [${codeOf(error)}]: ${messageOf(error)}`);
  process.exit(1);
}
