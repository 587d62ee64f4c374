import { MAX_IMPORT_LOGS } from "../../limits/push.ts";
import { formatLogLine } from "../../runtime/console.ts";
import { withLogs } from "../../runtime/errors/failure.ts";
import type { AnalyzeTask, NodeExport, Thrown } from "../protocol.ts";
import { UNEXPECTED_TIMEOUT, type NodeRunner } from "./node_runner.ts";
import { nodeFailure } from "./node_failure.ts";
import type { NodeModuleSource } from "./node_folder.ts";

/** The result of importing a push's modules in Node. */
export type NodeAnalysis =
  | {
      readonly kind: "analyzed";
      readonly modules: Readonly<Record<string, readonly NodeExport[]>>;
    }
  /** One can't be imported: `error` is production's text, with the lines of its source and its log. */
  | { readonly kind: "failed"; readonly error: string }
  /** There is no Node to import them in. */
  | { readonly kind: "noNode" };

/** How long a push's Node modules may take to be imported, in milliseconds. */
const ANALYZE_TIMEOUT_MS = 60_000;

/**
 * Imports modules in a process, which the caller must end afterwards, as they may still be running.
 *
 * @param sources - The modules, whose source maps are used in the text of failures.
 * @throws Error when the process ends
 */
export function analyzeOn(
  runner: NodeRunner,
  task: AnalyzeTask,
  sources: readonly NodeModuleSource[],
): Promise<NodeAnalysis> {
  const logs: string[] = [];
  const failed = (thrown: Thrown): NodeAnalysis => {
    const failure = nodeFailure(
      thrown,
      (path) => sources.find((source) => source.path === path)?.sourceMap ?? null,
    );
    return { kind: "failed", error: withLogs(failure, logs.slice(-MAX_IMPORT_LOGS)).trimEnd() };
  };
  return new Promise<NodeAnalysis>((resolve, reject) => {
    const timer = setTimeout(resolve, ANALYZE_TIMEOUT_MS, {
      kind: "failed",
      error: UNEXPECTED_TIMEOUT,
    } satisfies NodeAnalysis);
    runner.listener = {
      onMessage: (message) => {
        if (message.kind === "log") {
          logs.push(formatLogLine(message.line));
          return;
        }
        clearTimeout(timer);
        if (message.kind === "analyzed") {
          const { outcome } = message;
          resolve(
            outcome.ok ? { kind: "analyzed", modules: outcome.modules } : failed(outcome.thrown),
          );
        }
        // A callback or a promise of a module has failed while the others were imported.
        if (message.kind === "thrown") resolve(failed({ ...message.thrown, name: "" }));
      },
      onExit: () => {
        clearTimeout(timer);
        reject(new Error("The process that imported the push's Node modules has ended."));
      },
    };
    runner.send({ kind: "analyze", task });
  });
}
