import { NODE_HEAP_MIB } from "../../limits/functions.ts";
import type { Egress } from "../egress.ts";
import type { FromRunner, ToRunner } from "../protocol.ts";
import type { Runner, RunnerListener } from "./runner.ts";

/** Variables that Node reads when it starts; functions see only PATH. */
const NODE_READS = ["PATH", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** Production's text for code that still runs after its own timeout. */
export const UNEXPECTED_TIMEOUT =
  "Function execution unexpectedly timed out. Check your function for infinite loops or other long-running operations.";

/** Where a Node process finds what it runs. */
export interface NodePlace {
  /** The `node` to run. */
  readonly node: string;
  /** The bundled script of `actions/node/worker.ts`. */
  readonly script: string;
  /** Its working directory. */
  readonly folder: string;
}

/** A process in which Node actions run. */
export class NodeRunner implements Runner {
  listener: RunnerListener | null = null;
  readonly #process: Bun.Subprocess;

  /**
   * @param gone is called when the process ends by itself.
   * @throws Error when it can't be started
   */
  constructor(
    { node, script, folder }: NodePlace,
    egress: Egress,
    gone: (runner: NodeRunner) => void,
  ) {
    const flags = [`--max-old-space-size=${NODE_HEAP_MIB}`];
    this.#process = Bun.spawn([node, ...flags, script, String(process.pid)], {
      cwd: folder,
      env: environment(folder),
      stdio: ["ignore", "ignore", "ignore"],
      serialization: "json",
      // The script sends nothing else.
      ipc: (message) => this.listener?.onMessage(message as FromRunner),
      onExit: () => {
        const { listener } = this;
        this.listener = null;
        gone(this);
        listener?.onExit();
      },
    });
    this.send({ kind: "start", egress });
  }

  send(message: ToRunner): void {
    try {
      this.#process.send(message);
    } catch {
      // It has just ended; the exit event reports that.
    }
  }

  end(): void {
    this.listener = null;
    this.#process.kill("SIGKILL");
  }
}

/** The environment of functions in production, with UTC and English, and nothing of this process's own. */
function environment(folder: string): Record<string, string> {
  const needed = NODE_READS.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(needed), PWD: folder, LANG: "en_US.UTF-8", TZ: ":UTC" };
}
