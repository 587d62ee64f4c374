import { z } from "zod";
import type { FromActions } from "../actions/protocol.ts";
import { address } from "../engine/addresses.ts";
import type { RequestContext } from "../engine/frame.ts";
import type { FunctionCall } from "../engine/protocol.ts";
import { scheduleArgs, cancelArgs } from "../engine/syscalls/schedule_args.ts";
import { messageOf } from "../errors.ts";
import type { Failure } from "../runtime/failure.ts";
import type { ActionEnd } from "./action_pool.ts";
import type { EngineClient } from "./engine_client.ts";

const callArgs = address.extend({ args: z.json() });

interface Actions {
  call(call: FunctionCall): Promise<ActionEnd>;
}

/** What an action gets back: JSON text, or how the call failed. */
export type SyscallAnswer = { readonly value: string } | { readonly failure: Failure };

/** Answers what an action asks of the rest of the deployment; each call is a transaction of its own. */
export async function answerSyscall(
  engine: EngineClient,
  actions: Actions,
  { op, args, component }: FromActions & { kind: "syscall" },
  request: RequestContext,
): Promise<SyscallAnswer> {
  try {
    const parsed: unknown = JSON.parse(args);
    switch (op) {
      case "actions/query":
        return answered(await engine.call("query", callOf(parsed, component, request)));
      case "actions/mutation": {
        const call = callOf(parsed, component, request);
        return answered(await engine.call("mutation", { ...call, session: null }));
      }
      case "actions/action": {
        const { outcome } = await actions.call(callOf(parsed, component, request));
        if (!outcome.ok) return { failure: outcome.failure };
        return { value: "value" in outcome ? outcome.value : "null" };
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
        return {
          failure: { message: `Unknown async operation ${op} (not in the local deployment)` },
        };
    }
  } catch (error) {
    return { failure: { message: messageOf(error) } };
  }
}

function callOf(args: unknown, caller: string, request: RequestContext): FunctionCall {
  const { args: functionArgs, ...target } = callArgs.parse(args);
  return { target: { caller, address: target }, args: functionArgs, request };
}

function answered(
  result: { ok: true; value: string } | { ok: false; failure: Failure },
): SyscallAnswer {
  return result.ok ? { value: result.value } : { failure: result.failure };
}

function jsonOrFailure(result: string | Failure | null): SyscallAnswer {
  return typeof result === "object" && result !== null
    ? { failure: result }
    : { value: JSON.stringify(result) };
}
