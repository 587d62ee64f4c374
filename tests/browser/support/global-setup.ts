/**
 * Once for all browser tests: finds Chromium, and starts a `bun run dev` for each worker. Without a browser the suites
 * say so and are skipped; in CI that is a failure.
 */
import { rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { BROWSER_WORKERS } from "../../../vitest.config.ts";
import { DevProcess, type Ready } from "../../support/dev.ts";
import { makeTempFolder } from "../../support/folders.ts";
import { findChromium, NO_BROWSER } from "./chromium.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The browser's path; null when there is none. */
    chromium: string | null;
    /** The ready lines of `bun run dev`, one for each worker, for the suites that do not start their own. */
    devs: Ready[];
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium();
  project.provide("chromium", chromium);
  if (chromium === null) {
    if (process.env.CI) throw new Error(NO_BROWSER);
    console.warn(`\n${NO_BROWSER}\n`);
    project.provide("devs", []);
    return () => Promise.resolve();
  }
  const servers = Array.from({ length: BROWSER_WORKERS }, () => {
    const dataDir = makeTempFolder();
    const args = ["--json", "--free-ports", "--data-dir", dataDir];
    return { dataDir, server: new DevProcess(args, { example: true }) };
  });
  const stop = async () => {
    for (const { dataDir, server } of servers) {
      server.signalGroup("SIGKILL");
      await server.finished;
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  try {
    project.provide("devs", await Promise.all(servers.map(({ server }) => server.ready())));
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
