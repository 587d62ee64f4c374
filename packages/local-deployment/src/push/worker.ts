/** A thread that evaluates a push, or `auth.config.ts` alone: what pushed code does while it is imported stays in here. */
import type { NodeAnalysis } from "../actions/runners/node_analysis.ts";
import type { AuthProvider } from "../engine/code/analysis.ts";
import type { PreparedPush } from "../engine/code/activate_push.ts";
import { messageOf } from "../lib/errors.ts";
import {
  stopCompiler,
  type CompiledModule,
  type PushedModule,
} from "../runtime/modules/compile.ts";
import { watchRejections } from "../runtime/errors/rejections.ts";
import { currentThread } from "../lib/thread_stats.ts";
import { AUTH_EXPLANATIONS, evaluateAuthConfig } from "./auth_config.ts";
import { PushError } from "./errors/push_error.ts";
import { importHosts } from "./import_hosts.ts";
import { preparePush, type AnalyzeNode, type PushContext } from "./prepare.ts";
import type { StartPushRequest } from "./request.ts";
import { timedBy, type TimeLimit } from "./time_limit.ts";

/** What is to be evaluated, and against what. */
export type EvaluationTask =
  | { readonly kind: "push"; readonly request: StartPushRequest; readonly context: PushContext }
  /** The app's `auth.config.ts`, with variables that are to be. */
  | {
      readonly kind: "auth";
      readonly module: CompiledModule;
      readonly env: Readonly<Record<string, string>>;
    };

/** The result of a task. */
export interface EvaluationResults {
  readonly push: PreparedPush;
  readonly auth: readonly AuthProvider[];
}

/** Why a task is refused. */
export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** To the thread: its task, and later the analysis of the Node modules that it has requested. */
export type ToEvaluation =
  EvaluationTask | { readonly kind: "nodeAnalyzed"; readonly analysis: NodeAnalysis };

/** From the thread; the last two kinds end it. */
export type FromEvaluation =
  /** Files are compiled no more, and code runs from here on, in this thread of the system's. */
  | { readonly kind: "compiled"; readonly thread: number | null }
  /** A file is evaluated now, for so many seconds at the most. */
  | { readonly kind: "evaluating"; readonly seconds: number; readonly timeoutError: Refused }
  | { readonly kind: "evaluated" }
  | {
      readonly kind: "analyzeNode";
      readonly modules: readonly PushedModule[];
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: "done"; readonly result: EvaluationResults[EvaluationTask["kind"]] }
  | { readonly kind: "refused"; readonly refused: Refused };

declare const self: Worker;

let nodeAnalyzed: (analysis: NodeAnalysis) => void = () => undefined;

const say = (message: FromEvaluation) => {
  self.postMessage(message);
};
const analyzeNode: AnalyzeNode = (modules, env) =>
  new Promise((resolve) => {
    nodeAnalyzed = resolve;
    const sources = modules.map(({ path, source, sourceMap, environment }) => ({
      ...{ path, source, sourceMap, environment },
    }));
    say({ kind: "analyzeNode", modules: sources, env });
  });

function evaluating(limit: TimeLimit | null): void {
  if (limit === null) say({ kind: "evaluated" });
  else
    say({
      kind: "evaluating",
      seconds: limit.seconds,
      timeoutError: refusedBy(limit.timeoutError),
    });
}

function refusedBy({ code, message, status }: PushError): Refused {
  return { code, message, status };
}

async function evaluate(task: EvaluationTask): Promise<EvaluationResults[EvaluationTask["kind"]]> {
  if (task.kind === "push") {
    const compiled = async () => {
      // The code that runs now may never end; the compiler's process must.
      await stopCompiler();
      say({ kind: "compiled", thread: currentThread() });
    };
    return await preparePush(task.request, task.context, { compiled, evaluating, analyzeNode });
  }
  say({ kind: "compiled", thread: currentThread() });
  const hosts = importHosts(task.env, () => undefined, Date.now());
  const explanation = AUTH_EXPLANATIONS.variablesChanged;
  return evaluateAuthConfig(task.module, hosts, timedBy(evaluating), explanation);
}

async function answer(task: EvaluationTask): Promise<FromEvaluation> {
  try {
    return { kind: "done", result: await evaluate(task) };
  } catch (error) {
    const refusal =
      error instanceof PushError ? error : new PushError("InvalidModules", messageOf(error));
    return { kind: "refused", refused: refusedBy(refusal) };
  } finally {
    await stopCompiler();
  }
}

watchRejections(() => undefined);

self.onmessage = ({ data }: MessageEvent<ToEvaluation>) => {
  if (data.kind === "nodeAnalyzed") nodeAnalyzed(data.analysis);
  else void answer(data).then(say);
};
