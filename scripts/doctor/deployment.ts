import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { recall } from "../dev/process/memory.ts";
import { ROOT, runAmbientConvex } from "../lib/convex-cli.ts";
import { bunRun } from "../lib/bun-run.ts";
import { CommandFailure } from "../lib/failure.ts";
import type { Values } from "./checks.ts";

const ANSWERS_WITHIN_MS = 10_000;

/**
 * Reads the environment variables of the deployment that the official CLI finds, by that CLI.
 * @param selection flags that select another, as `npx convex env list` takes them: `--prod`, …
 * @throws CommandFailure `DEPLOYMENT_REFUSED`, or `DEPLOYMENT_UNREACHABLE` at once, where the CLI would try for minutes
 */
export async function readVariables(selection: string[]): Promise<Values> {
  if (selection.length === 0) await checkAnswers(selfHostedUrl());
  const args = ["env", "list", "--include-values", ...selection];
  const { code, stdout, stderr } = await runAmbientConvex(args);
  if (code === 0) return parseEnv(stdout) as Values; // which gives every name that it read a text
  const hint = `Is there one, and if it is the local one: does \`${bunRun("dev")}\` run?`;
  throw new CommandFailure(
    "DEPLOYMENT_REFUSED",
    `The deployment's variables can't be read. ${hint}\n${stderr.trim()}`,
  );
}

async function checkAnswers(url: string): Promise<void> {
  if (url === "") return; // one on the cloud, or none: the CLI knows
  try {
    await fetch(`${url}/version`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  } catch (error) {
    throw new CommandFailure(
      "DEPLOYMENT_UNREACHABLE",
      `Nothing answers at ${url}. If that is the local deployment: does \`${bunRun("dev")}\` run?`,
      { cause: error },
    );
  }
}

/** The self-hosted deployment that the shell or `.env.local` names; empty when there is none. */
function selfHostedUrl(): string {
  const file = join(ROOT, ".env.local");
  const local = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  return process.env.CONVEX_SELF_HOSTED_URL ?? local.CONVEX_SELF_HOSTED_URL ?? "";
}

/**
 * Where the calls to Stripe of a local deployment go: to the emulator, whose port is remembered in the data folder.
 * @returns undefined for any other deployment
 */
export function stripeEmulator(dataDir: string, selection: string[]): string | undefined {
  const { deployment, stripe } = recall(dataDir).ports;
  const isLocal =
    selection.length === 0 && selfHostedUrl() === `http://127.0.0.1:${String(deployment)}`;
  return isLocal && stripe !== undefined ? `http://127.0.0.1:${stripe}` : undefined;
}
