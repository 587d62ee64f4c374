/**
 * `bun run snapshot`: makes the Daytona snapshot that sandboxes are created from, out of packages/agent, and says what
 * to set on the deployment. Safe to repeat: what is there is left as it is. Exit code 0 when the snapshot is active.
 */
import { join } from "node:path";
import type { SnapshotContent, SnapshotOutcome } from "@quaver/sandbox/snapshots";
import { ensureSnapshot, readSnapshotContent } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { CommandFailure, codeOf, messageOf } from "../lib/failure.ts";
import { buildAgent } from "./build-agent.ts";
import { toCommandFailure } from "./failures.ts";
import type { DaytonaSettings, Options } from "./options.ts";
import { daytonaSettings, readOptions, USAGE } from "./options.ts";
import { commands, DONE, jsonReport, settings, STEPS } from "./report.ts";

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const daytona = daytonaSettings(process.env);
  await buildAgent(options.agentDir);
  const { name, content, outcome } = await makeSnapshot(options, daytona);
  if (outcome.kind === "failed") {
    const message = [`${name} could not be built: ${outcome.reason}`, ...outcome.lastLines];
    throw new CommandFailure("SNAPSHOT_BUILD_FAILED", message.join("\n  "));
  }
  say(`${name} is active. ${DONE[outcome.by]}\n${commands(name)}`);
  if (options.json) process.stdout.write(jsonReport(name, outcome, content));
  else if (!process.stdout.isTTY) process.stdout.write(settings(name));
}

async function makeSnapshot(
  { agentDir, name: prefix, resources, timeoutMs }: Options,
  daytona: DaytonaSettings,
): Promise<{ name: string; content: SnapshotContent; outcome: SnapshotOutcome }> {
  try {
    const content = readSnapshotContent(join(agentDir, "Dockerfile"), resources);
    const name = `${prefix}-${content.hash}`;
    const { cpu, memory, disk } = resources;
    say(`Snapshot ${name} (${cpu} vCPU, ${memory} GiB of memory, ${disk} GiB of disk)`);
    const outcome = await ensureSnapshot(
      {
        ...daytona,
        timeoutMs,
        onStep: (step) => say(STEPS[step]),
        onLine: (line) => say(`  ${line}`),
      },
      name,
      content,
    );
    return { name, content, outcome };
  } catch (error) {
    throw toCommandFailure(error);
  }
}

/** For people: to standard error, as standard output is for programs. */
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
