import type { SyscallAnswer } from "../../server/action_syscalls.ts";
import type { Egress } from "../egress.ts";
import type { ActionTask, AnalyzeOutcome } from "../protocol.ts";
import { failed, INTERRUPTED, type ActionRun } from "./action_run.ts";
import { findNode } from "./find_node.ts";
import { NodeRunner } from "./node.ts";
import { NodeCode } from "./node_code.ts";
import { nodeFailure } from "./node_failure.ts";
import { NodeFolder, readSourceMap, type NodeModuleSource } from "./node_folder.ts";
import { RunnerPool } from "./pool.ts";
import { runOn, type Syscall } from "./run_on.ts";

/** What production says of a function that went on when its own timeout should have ended it. */
const UNEXPECTED_TIMEOUT =
  "Function execution unexpectedly timed out. Check your function for infinite loops or other long-running operations.";
/** How much longer than its function a process may take, in milliseconds (crates/local_backend/src/lib.rs). */
const PROCESS_GRACE_MS = 5_000;
/** How long a push's Node modules may take to be imported, in milliseconds. */
const ANALYZE_TIMEOUT_MS = 60_000;
/** The arguments of a Node action, in bytes (crates/node_executor/src/executor.rs). */
const MAX_ARGS_BYTES = 5 * 1024 * 1024;
const ARGS_TOO_LARGE =
  "Node actions arguments size is too large. The maximum size is 5 MiB. Reduce the size of the arguments or consider using Convex runtime actions instead, which have a 16 MiB limit. See https://docs.convex.dev/functions/runtimes";

/** An action to run, and the variables that it is run with. */
type NodeActionTask = Omit<ActionTask, "node"> & {
  readonly env: Readonly<Record<string, string>>;
};

type AnswerSyscall = (call: Syscall) => Promise<SyscallAnswer>;

/** Runs Node actions, each in a process where nothing else runs meanwhile. */
export class NodeActions {
  readonly #pool: RunnerPool<NodeRunner>;
  readonly #folder: NodeFolder;
  readonly #code: NodeCode;

  /**
   * @param sources asks the engine for the app's Node modules.
   * @param timeoutMs how long an action may take, in milliseconds
   * @param dataDir where the folder of what Node reads is made
   */
  constructor(
    sources: () => Promise<readonly NodeModuleSource[]>,
    private readonly timeoutMs: number,
    private readonly egress: Egress,
    dataDir: string,
  ) {
    this.#folder = new NodeFolder(dataDir);
    this.#code = new NodeCode(this.#folder, sources);
    this.#pool = new RunnerPool((gone) => this.#start(gone));
  }

  /** Never rejects. */
  async run(task: NodeActionTask, syscall: AnswerSyscall): Promise<ActionRun> {
    if (Buffer.byteLength(JSON.stringify(task.args)) > MAX_ARGS_BYTES) {
      return failed({ message: ARGS_TOO_LARGE });
    }
    try {
      return await this.#code.use((modules) => this.#run(modules, task, syscall));
    } catch {
      return failed(INTERRUPTED);
    }
  }

  /**
   * Imports modules of a push and tells what they export, in a process of its own.
   * @returns null when there is no Node
   * @throws Error when they don't finish loading
   */
  async analyze(
    sources: readonly NodeModuleSource[],
    env: Readonly<Record<string, string>>,
  ): Promise<AnalyzeOutcome | null> {
    if ((await findNode()) === null) return null;
    const modules = await this.#folder.write(sources);
    try {
      const paths = sources.map(({ path }) => path).filter((path) => !path.startsWith("_deps/"));
      const runner = await this.#start(() => undefined);
      return await outcomeOf(runner, { modules, env, paths });
    } finally {
      await this.#folder.remove(modules);
    }
  }

  /** New code: the next action runs in a new process, and those that run go on in theirs. */
  async renew(): Promise<void> {
    this.#pool.renew();
    await this.#code.renew();
  }

  close(): void {
    this.#pool.close();
    this.#folder.close();
  }

  async #run(
    modules: string,
    { env, ...task }: NodeActionTask,
    syscall: AnswerSyscall,
  ): Promise<ActionRun> {
    const runner = await this.#pool.take();
    const { timeoutMs } = this;
    const { end, logs } = await runOn(
      runner,
      { ...task, node: { modules, env, timeoutMs } },
      { timeoutMs: timeoutMs + PROCESS_GRACE_MS, syscall },
    );
    if (end.kind === "done" || (end.kind === "thrown" && !end.exiting)) this.#pool.give(runner);
    else this.#pool.end(runner);
    switch (end.kind) {
      case "done":
        return { outcome: end.outcome, logs };
      case "thrown": {
        const { module } = task.target;
        return failed(nodeFailure(end.thrown, module, await readSourceMap(modules, module)), logs);
      }
      case "late":
        return failed({ message: UNEXPECTED_TIMEOUT }, logs);
      case "gone":
      case "refused":
        return failed(INTERRUPTED, logs);
    }
  }

  /** @throws Error when there is no Node, or it can't be started */
  async #start(gone: (runner: NodeRunner) => void): Promise<NodeRunner> {
    const node = await findNode();
    if (node === null) throw new Error("There is no Node to run this in");
    const script = await this.#folder.script();
    return new NodeRunner({ node, script, folder: this.#folder.path }, this.egress, gone);
  }
}

/** Ends the process when it has answered, or not. */
function outcomeOf(
  runner: NodeRunner,
  task: { modules: string; env: Readonly<Record<string, string>>; paths: readonly string[] },
): Promise<AnalyzeOutcome> {
  return new Promise<AnalyzeOutcome>((resolve, reject) => {
    const tooLate = () => {
      reject(new Error("The push's Node modules did not finish loading."));
    };
    const timer = setTimeout(tooLate, ANALYZE_TIMEOUT_MS);
    runner.listener = {
      said: (message) => {
        clearTimeout(timer);
        if (message.kind === "analyzed") resolve(message.outcome);
        // A callback or a promise of a module has failed while the others were imported.
        if (message.kind === "thrown")
          resolve({ ok: false, path: task.paths[0] ?? "", thrown: message.thrown });
      },
      gone: () => {
        clearTimeout(timer);
        reject(new Error("The process that imported the push's Node modules has ended."));
      },
    };
    runner.send({ kind: "analyze", task });
  }).finally(() => {
    runner.end();
  });
}
