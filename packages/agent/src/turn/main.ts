#!/usr/bin/env node
/**
 * `quaver-agent`: runs in a sandbox, once for each prompt (README.md). What it prints is the backend's protocol; the
 * last lines of its standard error say why a turn has failed.
 */
import { constants } from "node:os";
import { runTurn } from "./run-turn.ts";
import { readSettings } from "./settings.ts";
import { TurnError } from "./turn-error.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function main(): Promise<number> {
  const ending = new AbortController();
  let ended: (typeof SIGNALS)[number] | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      ended ??= signal;
      ending.abort();
    });
  }
  try {
    const settings = readSettings(process.env, process.argv[1] ?? "");
    const write = (text: string) => void process.stdout.write(text);
    await runTurn(settings, { env: process.env, write, signal: ending.signal });
    return 0;
  } catch (error) {
    if (ended !== undefined) return 128 + constants.signals[ended];
    if (!(error instanceof TurnError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

process.exitCode = await main();
