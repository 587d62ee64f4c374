import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildAgent } from "@quaver/agent/build";
import { DEFAULT_DATA_DIR } from "../options.ts";
import { shellQuoted } from "../example/demo-agent.ts";
import { fetchOpencode } from "./opencode.ts";
import type { Progress } from "./download.ts";

/** Where the agent is built, and what it needs is fetched to: once for all data folders. */
const FOLDER = join(DEFAULT_DATA_DIR, "agent");

const MEGABYTE = 1_000_000;
const INSTALL_WITHIN_MS = 120_000;

/** The agent of the real image, run from a folder of this machine. */
export const REAL_AGENT = {
  /** `AGENT_COMMAND`: run in the sandbox for each turn. */
  command: nodeLine("quaver-agent.js"),
  /** Run in each sandbox for as long as it is started. */
  entrypoint: `exec ${nodeLine("serve.js")}`,
};

/**
 * Builds the agent, and fetches opencode and what the template depends on. Says how far it is on standard error.
 *
 * @throws CommandFailure `AGENT_UNAVAILABLE`
 */
export async function prepareRealAgent(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  await buildAgent(FOLDER);
  await fetchOpencode(FOLDER, progressLine("Fetching opencode"));
  await installTemplate(join(FOLDER, "template"));
}

/** Without its dependencies, the template is served as files, which works too. */
async function installTemplate(folder: string): Promise<void> {
  const lock = join(folder, "package-lock.json");
  const installed = join(folder, "node_modules", ".installed-lock.json");
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    await promisify(execFile)("npm", ["ci", ...flags], { cwd: folder, timeout: INSTALL_WITHIN_MS });
    cpSync(lock, installed);
  } catch {
    process.stderr.write("Vite could not be fetched: apps are served without it for now.\n");
  }
}

/** A line on standard error that changes in a terminal, and elsewhere is written each time there is a quarter more. */
function progressLine(what: string): Progress {
  let quarters = 0;
  return (done, total) => {
    const size = `${(done / MEGABYTE).toFixed(1)}${total ? ` of ${(total / MEGABYTE).toFixed(1)}` : ""} MB`;
    const isComplete = done === total;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${what}: ${size} ${isComplete ? "\n" : ""}`);
      return;
    }
    const reached = total ? Math.floor((4 * done) / total) : 0;
    if (reached > quarters) process.stderr.write(`${what}: ${size}\n`);
    quarters = Math.max(quarters, reached);
  };
}

function nodeLine(script: string): string {
  return `node ${shellQuoted(join(FOLDER, script))}`;
}
