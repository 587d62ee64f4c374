/**
 * `bun run snapshot`: makes the Daytona snapshot that sandboxes are created from, out of packages/agent, and says what
 * to set on the deployment. Build lines go to stderr, what to set to stdout.
 */
import { join } from "node:path";
import type { SnapshotOutcome } from "@quaver/sandbox/snapshots";
import { ensureSnapshot } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { codeOf, messageOf } from "../lib/failure.ts";
import { buildAgent } from "./build-agent.ts";
import { snapshotName } from "./name.ts";
import { toCommandFailure } from "./failures.ts";
import { daytonaSettings, readOptions, USAGE } from "./options.ts";

const MAX_KEPT_LINES = 20; // of the build, to be shown again when it fails

const DONE: Record<SnapshotOutcome, string> = {
  unchanged: "is there already: nothing to do",
  created: "is active",
  adopted: "was being built already, and is active",
  activated: "was inactive, and is active again",
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const settings = daytonaSettings(process.env);
  await buildAgent(options.agentDir);
  const dockerfile = join(options.agentDir, "Dockerfile");
  const { cpu, memory, disk } = options;
  const name = options.name ?? snapshotName(dockerfile, { cpu, memory, disk });
  say(`Snapshot ${name} (${cpu} vCPU, ${memory} GiB of memory, ${disk} GiB of disk)`);
  const lastLines: string[] = [];
  const onLine = (line: string): void => {
    say(`  ${line}`);
    lastLines.push(line);
    if (lastLines.length > MAX_KEPT_LINES) lastLines.shift();
  };
  try {
    const input = { name, dockerfile, cpu, memory, disk };
    const outcome = await ensureSnapshot({ ...settings, onLine }, input);
    say(
      `Snapshot ${name} ${DONE[outcome]}.\n\nSet on the deployment (with --prod for production):\n`,
    );
  } catch (error) {
    throw toCommandFailure(error, lastLines);
  }
  process.stdout.write(
    `npx convex env set QUAVER_SNAPSHOT ${name}\nnpx convex env set AGENT_COMMAND quaver-agent\n`,
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  say(`\n${bunRun("snapshot")} stopped [${codeOf(error)}]: ${messageOf(error)}`);
  process.exit(1);
}
