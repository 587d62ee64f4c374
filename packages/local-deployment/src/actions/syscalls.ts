import { type RequestContext } from "../engine/calls/request.ts";
import type { JSONValue } from "convex/values";
import { formatFunctionPath } from "../engine/calls/paths.ts";
import {
  DEPLOYMENT_METADATA,
  type CallResult,
  type Completion,
  type EngineCaller,
  type FunctionCall,
} from "../engine/protocol.ts";
import { FunctionError } from "../lib/errors.ts";
import type { Failure } from "../runtime/errors/failure.ts";
import { NO_DATABASE_USAGE } from "../tx/usage.ts";
import type { ActionEnd } from "./action_run.ts";
import type { ActionTask, SyscallAnswer } from "./protocol.ts";

/** The services that answer the system calls of actions and log the functions that they call. */
export interface Deployment {
  readonly engine: EngineCaller;
  readonly actions: { call(call: FunctionCall): Promise<ActionEnd> };
  readonly logs: { record(completion: Completion): void };
}

/** A system call as the deployment receives it. */
export interface DeploymentCall {
  /** The action's component. */
  readonly caller: string;
  readonly args: JSONValue;
  readonly request: RequestContext;
}

type AnswerSyscall = (deployment: Deployment, call: DeploymentCall) => Promise<SyscallAnswer>;

/** A system call of actions. */
export type ActionSyscall =
  /** Answered where the action runs, with a JSON value that its task holds. */
  | { readonly answeredBy: "task"; readonly answer: (task: ActionTask) => unknown }
  /** Answered by the deployment, each as a transaction of its own. `runsFunction`: its failure is a function's. */
  | {
      readonly answeredBy: "deployment";
      readonly runsFunction: boolean;
      readonly answer: AnswerSyscall;
    };

/** Every system call of actions, by its name. A new one is added here, and nowhere else. */
export const actionSyscalls: ReadonlyMap<string, ActionSyscall> = new Map(
  Object.entries({
    getUserIdentity: byTask(({ authError, request }) => {
      if (authError !== null) throw new FunctionError(authError);
      return request.identity;
    }),
    getFunctionMetadata: byTask(({ target }) => ({
      name: formatFunctionPath(target),
      componentPath: target.componentPath,
    })),
    getDeploymentMetadata: byTask(() => DEPLOYMENT_METADATA),
    getRequestMetadata: byTask(({ request: { ip, userAgent, requestId, jobId } }) => ({
      ...{ ip, userAgent, requestId },
      scheduledFunctionId: jobId,
      authToken: null,
    })),
    "actions/query": runsFunction(async ({ engine, logs }, call) => {
      const started = performance.now();
      const result = await engine.call("query", functionCall(call));
      record(logs, "Query", call, started, completionOf(result));
      return answerOf(result);
    }),
    "actions/mutation": runsFunction(async ({ engine, logs }, call) => {
      const started = performance.now();
      const result = await engine.call("mutation", { ...functionCall(call), session: null });
      record(logs, "Mutation", call, started, completionOf(result));
      return answerOf(result);
    }),
    "actions/action": runsFunction(async ({ actions, logs }, call) => {
      const started = performance.now();
      const { called, logs: lines, outcome } = await actions.call(functionCall(call));
      const failure = outcome.ok ? null : outcome.failure;
      const usage = NO_DATABASE_USAGE;
      record(logs, "Action", call, started, { called, logs: lines, failure, usage });
      if ("code" in outcome) return { refusal: outcome };
      return answerOf(outcome);
    }),
    "actions/schedule": byDeployment(async ({ engine }, { caller, args, request }) =>
      jsonOrFailure(await engine.call("schedule", { caller, args, parentJob: request.jobId })),
    ),
    "actions/cancel_job": byDeployment(async ({ engine }, { caller, args }) =>
      jsonOrFailure(await engine.call("cancelJob", { caller, args })),
    ),
    createFunctionHandle: byDeployment(async ({ engine }, { caller, args }) =>
      jsonOrFailure(await engine.call("createHandle", { caller, args })),
    ),
  }),
);

function byTask(answer: (task: ActionTask) => unknown): ActionSyscall {
  return { answeredBy: "task", answer };
}

function byDeployment(answer: AnswerSyscall): ActionSyscall {
  return { answeredBy: "deployment", runsFunction: false, answer };
}

function runsFunction(answer: AnswerSyscall): ActionSyscall {
  return { answeredBy: "deployment", runsFunction: true, answer };
}

/** The function that a call names, with its arguments. */
function functionCall({ caller, args: address, request }: DeploymentCall): FunctionCall {
  const isObject = typeof address === "object" && address !== null && !Array.isArray(address);
  const args = (isObject ? address.args : undefined) ?? {};
  return { target: { caller, address }, args, request };
}

/** The additional log fields of a function that an action called. */
type Logged = Pick<Completion, "logs" | "usage" | "failure"> & Pick<ActionEnd, "called">;

function record(
  logs: Deployment["logs"],
  udfType: Completion["udfType"],
  { request: { requestId } }: DeploymentCall,
  started: number,
  { called, ...result }: Logged,
): void {
  const executionTime = (performance.now() - started) / 1000;
  if (called !== null) logs.record({ udfType, called, requestId, executionTime, ...result });
}

function completionOf(result: CallResult): Logged {
  const { called, logs, usage } = result;
  return { called, logs, usage, failure: result.ok ? null : result.failure };
}

function answerOf(
  result: { readonly ok: true; readonly value: string } | { readonly ok: false; failure: Failure },
): SyscallAnswer {
  return result.ok ? { value: result.value } : { failure: result.failure };
}

function jsonOrFailure(result: string | Failure | null): SyscallAnswer {
  return typeof result === "object" && result !== null
    ? { failure: result }
    : { value: JSON.stringify(result) };
}
