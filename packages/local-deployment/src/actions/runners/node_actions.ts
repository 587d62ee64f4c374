import { NODE_PROCESS_GRACE_MS, MAX_NODE_ARGS_BYTES } from "../../limits/functions.ts";
import { INTERRUPTED } from "../../runtime/errors/failure.ts";
import type { Egress } from "../egress.ts";
import type { ActionTask, SyscallAnswer } from "../protocol.ts";
import { failedRun, type ActionRun } from "../action_run.ts";
import { findNode } from "./find_node.ts";
import { NodeRunner, UNEXPECTED_TIMEOUT } from "./node_runner.ts";
import { analyzeOn, type NodeAnalysis } from "./node_analysis.ts";
import { NodeCode } from "./node_code.ts";
import { nodeFailure } from "./node_failure.ts";
import { NodeFolder, readSourceMap, type NodeModuleSource } from "./node_folder.ts";
import { RunnerPool } from "./pool.ts";
import { runOn, type SyscallRequest } from "./run_on.ts";

const ARGS_TOO_LARGE =
  "Node actions arguments size is too large. The maximum size is 5 MiB. Reduce the size of the arguments or consider using Convex runtime actions instead, which have a 16 MiB limit. See https://docs.convex.dev/functions/runtimes";

/** An action to run, and the variables that it is run with. */
type NodeActionTask = Omit<ActionTask, "node"> & {
  readonly env: Readonly<Record<string, string>>;
};

type AnswerSyscall = (call: SyscallRequest) => Promise<SyscallAnswer>;

/** Runs Node actions, one at a time per process. */
export class NodeActions {
  readonly #pool: RunnerPool<NodeRunner>;
  readonly #folder: NodeFolder;
  readonly #code: NodeCode;

  /**
   * @param sources asks the engine for the app's Node modules.
   * @param timeoutMs how long an action may take, in milliseconds
   * @param dataDir the folder in which the files for Node are written
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
    if (Buffer.byteLength(JSON.stringify(task.args)) > MAX_NODE_ARGS_BYTES) {
      return failedRun({ message: ARGS_TOO_LARGE });
    }
    try {
      return await this.#code.use((modules) => this.#run(modules, task, syscall));
    } catch {
      return failedRun(INTERRUPTED);
    }
  }

  /**
   * Imports the modules of a push in a process of their own, and describes their exports.
   * @throws Error when the process ends, or can't be started
   */
  async analyze(
    sources: readonly NodeModuleSource[],
    env: Readonly<Record<string, string>>,
  ): Promise<NodeAnalysis> {
    if ((await findNode()) === null) return { kind: "noNode" };
    const modules = await this.#folder.write(sources);
    try {
      const paths = sources.map(({ path }) => path).filter((path) => !path.startsWith("_deps/"));
      const runner = await this.#pool.takeNew();
      try {
        return await analyzeOn(runner, { modules, env, paths }, sources);
      } finally {
        this.#pool.end(runner);
      }
    } finally {
      await this.#folder.remove(modules);
    }
  }

  /** New code: the next action runs in a new process, and running ones continue in theirs. */
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
      { timeoutMs: timeoutMs + NODE_PROCESS_GRACE_MS, syscall, http: null },
    );
    if (end.kind === "done" || (end.kind === "thrown" && !end.exiting)) this.#pool.give(runner);
    else this.#pool.end(runner);
    switch (end.kind) {
      case "done":
        return { outcome: end.outcome, logs };
      case "thrown": {
        const { module } = task.target;
        // For shared chunks production has no source map here (`source_maps_callback` in crates/application).
        const map = await readSourceMap(modules, module);
        return failedRun(
          nodeFailure(end.thrown, (path) => (path === module ? map : null)),
          logs,
        );
      }
      case "timedOut":
        return failedRun({ message: UNEXPECTED_TIMEOUT }, logs);
      case "exited":
      case "outOfMemory":
      case "refused":
      case "abandoned":
        return failedRun(INTERRUPTED, logs);
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
