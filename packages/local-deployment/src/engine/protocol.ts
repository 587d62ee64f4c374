import { type RequestContext } from "./calls/request.ts";
import type { JSONValue } from "convex/values";
import type { DeploymentErrorCode } from "../lib/errors.ts";
import type { CompiledModule } from "../runtime/modules/compile.ts";
import type { LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/errors/failure.ts";
import type { DatabaseUsage } from "../tx/usage.ts";
import type { AuthProvider, FunctionType, HttpRoute, UdfType } from "./code/analysis.ts";
import type { CalledFunction } from "./calls/paths.ts";
import type { PreparedPush, PushOutcome, SchemaProblem } from "./code/activate_push.ts";
import type { VariableChange, VariableRefusal } from "./code/variables.ts";

/** What `ctx.meta.getDeploymentMetadata()` answers here. */
export const DEPLOYMENT_METADATA = { name: "local", region: null, class: "local" } as const;

/** A function as a client names it, or as a function of a component does. */
export type Target =
  | { readonly component: string; readonly path: string; readonly publicOnly: boolean }
  | { readonly componentPath: string; readonly path: string; readonly publicOnly: boolean }
  /** `address`: the arguments of the caller's system call, in which `engine/calls/addresses.ts` finds the function. */
  | { readonly caller: string; readonly address: JSONValue };

/** A call of a function, with its arguments and its caller. */
export interface FunctionCall {
  readonly target: Target;
  readonly args: JSONValue;
  readonly request: RequestContext;
}

/** How a call ended, with its log lines. */
export type CallResult = {
  readonly logs: readonly LogLine[];
  /** The function that was run; null when the call's target was not found. */
  readonly called: CalledFunction | null;
  /** Its usage; null when the result came from the cache. */
  readonly usage: DatabaseUsage | null;
  /** The newest commit that the result includes, as decimal text. */
  readonly ts: string;
} & (
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly failure: Failure }
);

/** A live query's request; the journal is what its last run returned. */
export interface LiveQuery extends FunctionCall {
  readonly journal: string | null;
  /** The token of the result that the session has; when it is still valid, nothing is run. */
  readonly held: number | null;
}

/**
 * The token of the results of live queries that never ended, below every other. What they
 * would have read is not known, so only new code or variables make them run again: otherwise one such query
 * would end the engine again and again.
 */
export const ENDLESS_TOKEN = 0;

/** A live query's result. */
export type LiveResult = CallResult & {
  readonly journal: string | null;
  /** The duration of this run, in seconds; 0 for a result from the cache. */
  readonly executionTime: number;
  /** Identifies the result until it is invalidated; the receiver releases it when it is no longer needed. */
  readonly token: number;
};

/** An action that the scheduler starts: a job's, or a cron's. */
export interface ActionJob {
  readonly job: { readonly id: string; readonly component: string } | null;
  /** The cron's name: one run of it at a time. */
  readonly cron: string | null;
  readonly call: FunctionCall;
}

/** A checked call of an action. */
export interface LocatedAction {
  readonly component: string;
  readonly componentPath: string;
  /** "" or " in 'path'", for messages. */
  readonly where: string;
  readonly module: string;
  readonly name: string;
  readonly environment: "isolate" | "node";
  /** The variables that the function sees. */
  readonly env: Readonly<Record<string, string>>;
  /** Of its arguments, in bytes. */
  readonly argsSize: number;
}

/** Whether there are free slots for scheduled functions and for crons, which have separate limits. */
export interface DueKinds {
  readonly jobs: boolean;
  readonly crons: boolean;
}

/** Requests to the engine, each with its reply. One runs at a time, in order. */
export interface EngineApi {
  query(call: FunctionCall): CallResult;
  mutation(
    call: FunctionCall & { readonly session: { id: string; request: number } | null },
  ): CallResult;
  /** All in one snapshot: no commit comes between them. Null for a result that the asker has. */
  liveQueries(queries: readonly LiveQuery[]): { ts: string; results: (LiveResult | null)[] };
  release(tokens: readonly number[]): null;
  /** The kind of a function, for callers that do not give it. */
  functionType(target: Target): FunctionType | Failure;
  /** Checks an action's arguments. @returns where it runs */
  locateAction(call: FunctionCall): LocatedAction | Failure;
  /** Checks what an action returned. @returns its size in bytes, or how that fails the action */
  checkActionResult(call: {
    component: string;
    path: string;
    result: string;
  }): { readonly size: number } | Failure;
  /** For an action of the component `caller`, as the next two; `args` are those of its system call. */
  createHandle(call: { caller: string; args: JSONValue }): string | Failure;
  schedule(call: { caller: string; args: JSONValue; parentJob: string | null }): string | Failure;
  cancelJob(call: { caller: string; args: JSONValue }): Failure | null;
  /** Runs the next due job, or hands out the next due action. */
  runNextJob(which: DueKinds): {
    ran: boolean;
    action: ActionJob | null;
    log: Completion | null;
    nextDue: number | null;
  };
  /** Fails the job that the last `runNextJob` began and did not finish, as its thread was ended. */
  failBegunJob(failure: Failure): null;
  /** Removes expired jobs and mutation results. @returns how many jobs */
  cleanUp(): number;
  /** Fails the actions that a crash has interrupted. Called once, at the start. */
  failInterrupted(): null;
  /** @param end - `error`: production's text for a failed one; null when it has succeeded */
  finishAction(end: { job: { id: string; component: string }; error: string | null }): null;
  environment(): Record<string, string>;
  /** @returns why changes of variables are refused, in production's code and words; or null */
  checkVariables(changes: readonly VariableChange[]): VariableRefusal | null;
  /** Changes variables as `checkVariables` allows, all or none, and with them the identity providers, unless they are null. */
  setVariables(set: {
    changes: readonly VariableChange[];
    auth: readonly AuthProvider[] | null;
  }): null;
  /** When the active code was pushed, in milliseconds since 1970; 0 before the first push. */
  pushedAt(): number;
  /** The app's modules as pushed: what the next push may leave out. */
  pushedModules(): CompiledModule[];
  componentIds(): [string, string][];
  checkSchema(push: PreparedPush): SchemaProblem | null;
  activate(push: PreparedPush): PushOutcome | SchemaProblem;
  httpRoutes(): HttpTarget[];
  authProviders(): readonly AuthProvider[];
  componentModules(component: string): ActionModules;
  /** The app's Node modules, as pushed. */
  nodeModules(): { path: string; source: string; sourceMap?: string | undefined }[];
  clock(): { ts: string; nextDue: number | null };
  /** Checkpoints the data file and closes it; no request can follow. */
  close(): null;
}

/** A function execution that has ended, as the log stream takes it. */
export interface Completion {
  readonly udfType: UdfType | "HttpAction";
  readonly called: CalledFunction;
  readonly requestId: string;
  readonly logs: readonly LogLine[];
  /** Null when it succeeded. */
  readonly failure: Failure | null;
  /** The status of an HTTP action's response. */
  readonly status?: number;
  /** Seconds. */
  readonly executionTime: number;
  /** Null when the result came from the cache. */
  readonly usage: DatabaseUsage | null;
}

/** Where HTTP actions are: the app's routes, or those of a component under its mount. */
export interface HttpTarget {
  readonly component: string;
  /** The prefix of the component's own paths; "" for the app. */
  readonly prefix: string;
  readonly routes: readonly HttpRoute[];
}

/** All that an isolate needs to run a component's actions. */
export interface ActionModules {
  readonly env: Record<string, string>;
  readonly modules: readonly { path: string; environment: "isolate" | "node"; compiled: string }[];
}

/** The name of a request to the engine. */
export type EngineOperation = keyof EngineApi;

/** Makes requests to the engine, from another thread. */
export interface EngineCaller {
  call<Op extends EngineOperation>(
    op: Op,
    ...args: Parameters<EngineApi[Op]>
  ): Promise<ReturnType<EngineApi[Op]>>;
}

/** From the server to the engine. */
export interface EngineRequest {
  readonly id: number;
  readonly op: EngineOperation;
  readonly arg: unknown;
}

/** From the engine to the server. An invalidation comes before the reply to the call that caused it. */
export type EngineMessage =
  | {
      readonly kind: "ready";
      readonly thread: number | null;
      readonly nextDue: number | null;
      readonly ts: string;
    }
  | { readonly kind: "fatal"; readonly code: DeploymentErrorCode; readonly message: string }
  | { readonly kind: "reply"; readonly id: number; readonly value: unknown }
  | {
      readonly kind: "error";
      readonly id: number;
      readonly message: string;
      readonly code: string | null;
    }
  | { readonly kind: "invalidated"; readonly tokens: readonly number[] }
  | { readonly kind: "scheduled"; readonly nextDue: number | null };
