import { spawn, type ChildProcess } from "node:child_process";
import { z } from "zod";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { bunPath, withBun } from "./bun.ts";

/** First start on a busy two-core machine: install check, push with components, type check. */
const READY_WITHIN_MS = 100_000;

const STOPPED_WITHIN_MS = 20_000;

const readySchema = z.object({
  event: z.literal("ready"),
  url: z.url(),
  siteUrl: z.url(),
  adminKey: z.string().min(1),
  clerkUrl: z.url(),
  daytonaUrl: z.url(),
  daytonaApiKey: z.string().min(1),
  stripeUrl: z.url(),
  modelUrl: z.url().optional(),
  exampleUrl: z.url().optional(),
});

/** The line that `bun run dev --json` prints when it is ready. */
export type Ready = z.infer<typeof readySchema>;

/** A finished `bun run dev`. */
export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** What a test may want otherwise. */
interface DevProcessOptions {
  /** With the example front end and the demo agent. */
  example?: boolean;
  /** With a `convex dev` that pushes after edits, which costs as much as the start. */
  watch?: boolean;
  /** With a context of its own for every call, as in production, which is most of what a call costs. */
  newContexts?: boolean;
  env?: Record<string, string>;
}

const running = new Set<DevProcess>();
let watching = false;

/** Takes everything down with the test runner, whose own end (Ctrl-C, a kill) runs no `afterAll`. */
function endWithTheTests(): void {
  if (watching) return;
  watching = true;
  const killAll = () => {
    for (const started of running) started.signalGroup("SIGKILL");
  };
  process.once("exit", killAll);
  for (const event of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) {
    process.once(event, () => {
      killAll();
      process.exit(1);
    });
  }
}

/**
 * `bun run dev`, started as a user would start it, in a process group of its own. Without the example, its agent and
 * what watches for edits, unless a test is about them.
 */
export class DevProcess {
  readonly finished: Promise<Finished>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor(
    given: string[],
    { example = false, watch = false, newContexts = false, env = {} }: DevProcessOptions = {},
  ) {
    const args = [...given];
    if (!example) args.push("--no-example");
    if (!watch) args.push("--no-watch");
    // No function of ours keeps anything in its module.
    if (!newContexts) args.push("--keep-contexts");
    endWithTheTests();
    this.#child = spawn(bunPath(), ["run", "dev", ...args], {
      cwd: ROOT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: withBun({ ...process.env, ...env }),
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    running.add(this);
    this.finished = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        running.delete(this);
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** The pid of `bun run`, which is also the process group's. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("`bun run dev` could not be started.");
    return pid;
  }

  /** Everything it has said so far on stderr: the CLI's output and the functions' logs. */
  get log(): string {
    return this.#stderr;
  }

  /** Its first line on stdout, read as the ready line. Fails with its output when it ends or takes too long. */
  async ready(): Promise<Ready> {
    const line = await within(READY_WITHIN_MS, "`bun run dev` to be ready", this.#firstLine(), () =>
      this.#stderr.slice(-4_000),
    );
    const ready = readySchema.safeParse(JSON.parse(line));
    if (ready.success) return ready.data;
    throw new Error(`\`bun run dev\` is not ready, but says: ${line}\n${this.#stderr}`);
  }

  /** Ends it: by Ctrl-C as a terminal sends it (to the whole group), unless another signal is named. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<Finished> {
    this.signalGroup(signal);
    return await within(STOPPED_WITHIN_MS, "`bun run dev` to stop", this.finished, () =>
      this.#stderr.slice(-4_000),
    );
  }

  /** Sends a signal to every process of the group; those already gone are fine. */
  signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }

  #firstLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const end = this.#stdout.indexOf("\n");
        if (end !== -1) resolve(this.#stdout.slice(0, end));
      };
      this.#child.stdout?.on("data", look);
      this.finished.then(({ code, stdout, stderr }) => {
        reject(new Error(`\`bun run dev\` ended with ${code}:\n${stdout}\n${stderr}`));
      }, reject);
      look();
    });
  }
}

/** `promise`, or an error that says what was waited for, and what was there instead. */
export async function within<T>(
  ms: number,
  waitedFor: string,
  promise: Promise<T>,
  sofar: () => string = () => "",
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Waited ${ms} ms for ${waitedFor}. So far:\n${sofar()}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
