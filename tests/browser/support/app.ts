/** `bun run dev` with the example, for browser suites. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/lib/convex-cli.ts";
import { DevProcess, type Ready } from "../../support/dev.ts";
import { copyPushedData } from "../../support/pushed-data.ts";

/** Where it is, and where its data is. */
export interface App extends Ready {
  dataDir: string;
}

/** One on a data folder of its own, which can be killed and started again. */
export class AppProcess {
  readonly #flags: string[];
  #dataDir: string | undefined;
  #process: DevProcess | undefined;

  /** @param flags further ones of `bun run dev` */
  constructor(...flags: string[]) {
    this.#flags = flags;
  }

  async start(): Promise<App> {
    const dataDir = (this.#dataDir ??= makeDataDir());
    const args = ["--json", "--free-ports", "--data-dir", dataDir, ...this.#flags];
    this.#process = new DevProcess(args, { example: true });
    return { ...(await this.#process.ready()), dataDir };
  }

  /** `kill -9`, of all its processes. */
  async kill(): Promise<void> {
    this.#process?.signalGroup("SIGKILL");
    await this.#process?.finished;
  }

  /** Ends it, and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    if (this.#dataDir === undefined) return;
    rmSync(this.#dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** In the repository, as a newcomer's data is: Vite serves no file from elsewhere, to any page. */
function makeDataDir(): string {
  mkdirSync(join(ROOT, ".quaver"), { recursive: true });
  const dataDir = mkdtempSync(join(ROOT, ".quaver", "browser-tests-"));
  copyPushedData(dataDir);
  return dataDir;
}
