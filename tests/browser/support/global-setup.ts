/**
 * Once for all browser tests: finds Chromium, and starts `bun run dev` as a newcomer would. Without a browser the
 * suite says so and is skipped; in CI that is a failure.
 */
import { rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { DevProcess, type Ready } from "../../support/dev.ts";
import { makeTempFolder } from "../../support/folders.ts";
import { findChromium, NO_BROWSER } from "./chromium.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The browser's path; null when there is none. */
    chromium: string | null;
    /** What `bun run dev` says that it runs, for every suite that does not start its own. */
    dev: Ready | null;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium();
  project.provide("chromium", chromium);
  if (chromium === null) {
    if (process.env.CI) throw new Error(NO_BROWSER);
    console.warn(`\n${NO_BROWSER}\n`);
    project.provide("dev", null);
    return () => Promise.resolve();
  }
  const dataDir = makeTempFolder();
  const server = new DevProcess(["--json", "--free-ports", "--data-dir", dataDir], {
    example: true,
  });
  const stop = async () => {
    server.signalGroup("SIGKILL");
    await server.finished;
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    project.provide("dev", await server.ready());
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
