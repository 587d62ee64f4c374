/**
 * A data folder of `bun run dev` to which the functions have been pushed. A push takes two cores some seconds, and a start
 * on a copy of this folder has nothing to push: suites that are not about it begin with one.
 */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { recall, remember } from "../../scripts/dev/process/memory.ts";
import { DevProcess } from "./dev.ts";
import { makeTempFolder } from "./folders.ts";

/** The variable by which the workers, which have this process's environment, know where it is. */
const VARIABLE = "QUAVER_TEST_PUSHED_DATA";

/** Makes the folder, once for all projects of a run; vitest calls this before the first test of each. */
export default async function setUp(): Promise<() => void> {
  if (process.env[VARIABLE] !== undefined) return () => undefined;
  const dataDir = makeTempFolder();
  process.env[VARIABLE] = dataDir;
  const server = new DevProcess(["--json", "--free-ports", "--data-dir", dataDir]);
  try {
    await server.ready();
  } finally {
    await server.stop();
  }
  return () => {
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** The data folder of a deployment that has the functions, to be copied. */
export function pushedDeployment(): string {
  return join(pushedData(), "deployment");
}

/** Puts a deployment with the functions into an empty data folder: without users, and without its ports. */
export function copyPushedData(dataDir: string): void {
  const pushed = pushedData();
  for (const name of ["deployment", "pushed.json"]) {
    cpSync(join(pushed, name), join(dataDir, name), { recursive: true });
  }
  remember(dataDir, { ...recall(pushed), ports: {} });
}

function pushedData(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error("The project's `globalSetup` has no pushed-data.ts.");
  return folder;
}
