import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { recall } from "../dev/memory.ts";
import { ROOT, runAmbientConvex } from "../lib/convex-cli.ts";
import { CommandFailure } from "../lib/failure.ts";
import type { Values } from "./verdicts.ts";

/**
 * Reads the environment variables of the deployment that the official CLI finds, by that CLI.
 * @param selection flags that select another, as `npx convex env list` takes them: `--prod`, …
 * @throws CommandFailure `DEPLOYMENT_REFUSED`
 */
export async function readVariables(selection: string[]): Promise<Values> {
  const args = ["env", "list", "--include-values", ...selection];
  const { code, stdout, stderr } = await runAmbientConvex(args);
  if (code === 0) return parseEnv(stdout) as Values; // which gives every name that it read a text
  const hint = "Is there one, and if it is the local one: does `bun run dev` run?";
  throw new CommandFailure(
    "DEPLOYMENT_REFUSED",
    `The deployment's variables can't be read. ${hint}\n${stderr.trim()}`,
  );
}

/**
 * Where the calls to Stripe of a local deployment go: to the stand-in, whose port is remembered in the data folder.
 * @returns undefined for any other deployment
 */
export function stripeStandIn(dataDir: string, selection: string[]): string | undefined {
  const file = join(ROOT, ".env.local");
  const local = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const url = process.env.CONVEX_SELF_HOSTED_URL ?? local.CONVEX_SELF_HOSTED_URL ?? "";
  const { deployment, stripe } = recall(dataDir).ports;
  const isLocal = selection.length === 0 && url === `http://127.0.0.1:${String(deployment)}`;
  return isLocal && stripe !== undefined ? `http://127.0.0.1:${stripe}` : undefined;
}
