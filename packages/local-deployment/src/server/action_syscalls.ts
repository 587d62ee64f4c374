import { z } from "zod";
import type { Syscall } from "../actions/runners/run_on.ts";
import type { UdfType } from "../engine/analysis.ts";
import { address } from "../engine/addresses.ts";
import type { RequestContext } from "../engine/frame.ts";
import type { CallResult, FunctionCall } from "../engine/protocol.ts";
import { scheduleArgs, cancelArgs } from "../engine/syscalls/schedule_args.ts";
import { messageOf } from "../errors.ts";
import type { Failure } from "../runtime/failure.ts";
import { refusedOperation } from "../runtime/refused_operations.ts";
import { NO_DATABASE_USAGE } from "../tx/usage.ts";
import { parseSyscallJson } from "../values/json_text.ts";
import type { ActionEnd } from "./action_pool.ts";
import type { EngineClient } from "./engine_client.ts";
import type { Completion, LogStream } from "./log_stream.ts";

const callArgs = address.extend({ args: z.json() });

/** What actions can ask things of, and where their calls are logged. */
export interface Deployment {
  readonly engine: EngineClient;
  readonly actions: { call(call: FunctionCall): Promise<ActionEnd> };
  readonly logs: LogStream;
}

/** What is logged of a call, beside what all calls have. */
type Logged = Pick<Completion, "logs" | "usage" | "failure"> & Pick<ActionEnd, "called">;

/** The deployment's answer to one call too many; `code` is production's. */
export interface Refusal {
  readonly code: "TooManyConcurrentRequests";
  readonly failure: Failure;
}

/** What an action gets back: JSON text, or how the call failed; a refusal, when it called an action too many. */
export type SyscallAnswer =
  { readonly value: string } | { readonly failure: Failure } | { readonly refusal: Refusal };

/** Answers what an action asks of the rest of the deployment; each call is a transaction of its own. */
export async function answerSyscall(
  { engine, actions, logs }: Deployment,
  { op, args, component }: Syscall,
  request: RequestContext,
): Promise<SyscallAnswer> {
  const started = performance.now();
  const log = (udfType: UdfType, { called, ...result }: Logged) => {
    const executionTime = (performance.now() - started) / 1000;
    const { requestId } = request;
    if (called !== null) logs.record({ udfType, called, requestId, executionTime, ...result });
  };
  try {
    const parsed: unknown = parseSyscallJson(args);
    switch (op) {
      case "actions/query": {
        const result = await engine.call("query", callOf(parsed, component, request));
        log("Query", loggedCall(result));
        return answered(result);
      }
      case "actions/mutation": {
        const call = callOf(parsed, component, request);
        const result = await engine.call("mutation", { ...call, session: null });
        log("Mutation", loggedCall(result));
        return answered(result);
      }
      case "actions/action": {
        const end = await actions.call(callOf(parsed, component, request));
        log("Action", loggedAction(end));
        const { outcome } = end;
        if ("code" in outcome) return { refusal: outcome };
        if (!outcome.ok) return { failure: outcome.failure };
        return { value: outcome.value };
      }
      case "actions/schedule": {
        const { ts, args: jobArgs, ...target } = scheduleArgs.parse(parsed);
        const parentJob = request.jobId;
        return jsonOrFailure(
          await engine.call("schedule", {
            caller: component,
            address: target,
            ts,
            args: jobArgs,
            parentJob,
          }),
        );
      }
      case "actions/cancel_job": {
        const { id } = cancelArgs.parse(parsed);
        return jsonOrFailure(await engine.call("cancelJob", { caller: component, id }));
      }
      case "createFunctionHandle":
        return jsonOrFailure(
          await engine.call("createHandle", { caller: component, address: address.parse(parsed) }),
        );
      default:
        throw refusedOperation(op);
    }
  } catch (error) {
    return { failure: { message: messageOf(error) } };
  }
}

function callOf(args: unknown, caller: string, request: RequestContext): FunctionCall {
  const { args: functionArgs, ...target } = callArgs.parse(args);
  return { target: { caller, address: target }, args: functionArgs, request };
}

function loggedCall(result: CallResult): Logged {
  const { called, logs, usage } = result;
  return { called, logs, usage, failure: result.ok ? null : result.failure };
}

function loggedAction({ called, logs, outcome }: ActionEnd): Logged {
  return { called, logs, usage: NO_DATABASE_USAGE, failure: outcome.ok ? null : outcome.failure };
}

function answered(result: CallResult): SyscallAnswer {
  return result.ok ? { value: result.value } : { failure: result.failure };
}

function jsonOrFailure(result: string | Failure | null): SyscallAnswer {
  return typeof result === "object" && result !== null
    ? { failure: result }
    : { value: JSON.stringify(result) };
}
