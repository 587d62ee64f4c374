/**
 * `bun run dev`: the local deployment, the emulators, the example and the official `convex dev`, until Ctrl-C.
 * When this clone names a real deployment, it is plain `convex dev` against that one.
 */
import { spawn } from "node:child_process";
import { ROOT, exitOf } from "../lib/convex-cli.ts";
import { codeOf, messageOf } from "../lib/failure.ts";
import { installCompiler } from "../lib/install.ts";
import { realDeployment } from "./convex/env-file.ts";
import { parseOptions, USAGE } from "./options.ts";
import { runLocally } from "./run-locally.ts";

/** Flags that only the local deployment understands: given one, a person asks for that. */
const LOCAL_FLAGS = [
  "--json",
  "--free-ports",
  "--data-dir",
  "--built",
  "--no-watch",
  "--no-example",
  "--keep-contexts",
  "--agent",
  "--model-env",
  "--origin",
];

async function main(argv: string[]): Promise<number> {
  const asksForLocal = argv.some((flag) => LOCAL_FLAGS.some((name) => flag.startsWith(name)));
  const real = realDeployment();
  if (real !== null && !asksForLocal) {
    process.stderr.write(`Developing against a real deployment (${real}), not the local one.\n`);
    await installCompiler(); // the CLI checks types before it pushes, if it can
    const args = ["node_modules/convex/bin/main.js", "dev", ...argv];
    return (await exitOf(spawn("node", args, { cwd: ROOT, stdio: "inherit" }))) ?? 1;
  }
  const options = parseOptions(argv);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  await runLocally(options, options.isDefaultDataDir && real === null);
  return 0;
}

/** What it exits with when another `bun run dev` has the data folder: there is nothing to mend. */
const ALREADY_RUNNING = 3;

/**
 * Says what went wrong: to a person on stderr, and to a program as the one line on stdout.
 * @returns the exit code
 */
function report(error: unknown, json: boolean): number {
  const [code, message] = [codeOf(error), messageOf(error)];
  const isRunning = code === "ALREADY_RUNNING";
  const text = isRunning ? message : `\nbun run dev stopped [${code}]: ${message}`;
  process.stderr.write(`${text}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ event: "error", code, message })}\n`);
  // An error without a code is a bug of ours; its stack is worth more than its message.
  if (code === "UNEXPECTED" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return isRunning ? ALREADY_RUNNING : 1;
}

const argv = process.argv.slice(2);
try {
  process.exit(await main(argv));
} catch (error) {
  process.exit(report(error, argv.includes("--json")));
}
