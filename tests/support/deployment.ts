import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { isFree } from "../../scripts/dev/process/ports.ts";
import { bunPath } from "./bun.ts";
import { within } from "./dev.ts";

const CLI = fileURLToPath(new URL("../../packages/local-deployment/src/cli.ts", import.meta.url));
/** A start takes a fraction of a second; two cores may be busy with other suites. */
const STARTED_WITHIN_MS = 20_000;

/** What the ready line says. */
export interface Ready {
  readonly url: string;
  readonly siteUrl: string;
  readonly adminKey: string;
}

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `bun src/cli.ts`, as a process of its own. */
export class DeploymentProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[]) {
    this.#child = spawn(bunPath(), [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The line that says where it is. Fails when the process ends instead. */
  ready(): Promise<Ready> {
    const line = new Promise<Ready>((resolve, reject) => {
      const look = () => {
        const end = this.#stdout.indexOf("\n");
        if (end !== -1) resolve(JSON.parse(this.#stdout.slice(0, end)) as Ready);
      };
      this.#child.stdout?.on("data", look);
      void this.ended.then(({ code, stderr }) => {
        reject(new Error(`the deployment ended with ${code}: ${stderr}`));
      });
      look();
    });
    return within(STARTED_WITHIN_MS, "the deployment to be ready", line, () => this.#stderr);
  }

  /** Ends it and waits until it is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.#child.kill(signal);
    return await within(STARTED_WITHIN_MS, "the deployment to stop", this.ended);
  }
}

/**
 * Below those that a system gives to whoever asks for any: nothing else gets a deployment's ports while it is down. So many
 * for each process.
 */
const PORTS = { first: 10_000, processes: 150, each: 64 };
const firstPort = PORTS.first + (process.pid % PORTS.processes) * PORTS.each;
let portsTried = 0;

async function nextPort(): Promise<number> {
  for (;;) {
    const port = firstPort + (portsTried++ % PORTS.each);
    if (await isFree(port)) return port;
  }
}

async function portFlags(): Promise<string[]> {
  return ["--port", String(await nextPort()), "--site-port", String(await nextPort())];
}

/** A deployment that can be killed and started again on the same folder and ports. */
export class TestDeployment {
  #process: DeploymentProcess;
  #ready: Ready;

  private constructor(
    readonly dataDir: string,
    private flags: readonly string[],
    process: DeploymentProcess,
    ready: Ready,
  ) {
    this.#process = process;
    this.#ready = ready;
  }

  /** @param flags further flags of its command line, for every start */
  static async start(dataDir: string, flags: readonly string[] = []): Promise<TestDeployment> {
    const process = new DeploymentProcess([
      "--data-dir",
      dataDir,
      ...(await portFlags()),
      ...flags,
    ]);
    return new TestDeployment(dataDir, flags, process, await process.ready());
  }

  get url(): string {
    return this.#ready.url;
  }

  get siteUrl(): string {
    return this.#ready.siteUrl;
  }

  get adminKey(): string {
    return this.#ready.adminKey;
  }

  get process(): DeploymentProcess {
    return this.#process;
  }

  /** `kill -9`: it has no time for anything. */
  async kill(): Promise<void> {
    await this.#process.stop("SIGKILL");
  }

  /** Starts it again where it was. @param flags in place of those before */
  async restart(flags = this.flags): Promise<void> {
    this.flags = flags;
    const ports = ["--port", new URL(this.url).port, "--site-port", new URL(this.siteUrl).port];
    this.#process = new DeploymentProcess(["--data-dir", this.dataDir, ...ports, ...this.flags]);
    this.#ready = await this.#process.ready();
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
