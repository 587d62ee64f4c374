/**
 * Once for all browser tests: finds Chromium, and starts an app for each worker. Without a browser the suites say so and
 * are skipped; in CI that is a failure.
 */
import type { TestProject } from "vitest/node";
import { WORKERS } from "../../../vitest.config.ts";
import { AppProcess, type App } from "./app.ts";
import { findChromium, NO_BROWSER } from "./chromium.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The browser's path; null when there is none. */
    chromium: string | null;
    /** An app for each worker, for the suites that start none of their own. */
    apps: App[];
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium();
  project.provide("chromium", chromium);
  if (chromium === null) {
    if (process.env.CI) throw new Error(NO_BROWSER);
    console.warn(`\n${NO_BROWSER}\n`);
    project.provide("apps", []);
    return () => Promise.resolve();
  }
  // One for each worker, since tests make its emulators fail. Built, as users get it: from its sources, a page is a
  // hundred requests.
  const processes = Array.from({ length: WORKERS }, () => new AppProcess("--built"));
  const removeAll = async () => {
    await Promise.all(processes.map((app) => app.remove()));
  };
  try {
    project.provide("apps", await Promise.all(processes.map((app) => app.start())));
    return removeAll;
  } catch (error) {
    await removeAll();
    throw error;
  }
}
