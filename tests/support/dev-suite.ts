import { rmSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { DevProcess, type Ready } from "./dev.ts";
import { signUp, type Person } from "./emulators.ts";
import { copyPushedData } from "./pushed-data.ts";
import { makeTempFolder } from "./temp.ts";

/** What a suite on `bun run dev` has, from its first test on. */
export interface DevSuite {
  dev: Ready;
  /** A user who has signed up. */
  ada: Person;
  /** Where everything is kept. */
  dataDir: string;
  /** Kills it outright, and starts it again on the same folder. */
  restart: () => Promise<Ready>;
}

/**
 * `bun run dev` on a folder of its own, for the suite that calls this; gone when that is over.
 *
 * @param begin - told what runs, before the first test
 * @param flags - further flags of `bun run dev`
 */
export function onDev(begin: (suite: DevSuite) => unknown, flags: string[] = []): void {
  const dataDir = makeTempFolder();
  copyPushedData(dataDir);
  const start = () => new DevProcess(["--json", "--free-ports", "--data-dir", dataDir, ...flags]);
  let server = start();
  const restart = async () => {
    server.signalGroup("SIGKILL");
    await server.finished;
    server = start();
    return await server.ready();
  };
  beforeAll(async () => {
    const dev = await server.ready();
    await begin({ dev, ada: await signUp(dev, "ada@example.com", "Ada"), dataDir, restart });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
}
