import { z } from "zod";
import { FailureError } from "../../runtime/failure.ts";
import { address, resolveAddress } from "../addresses.ts";
import type { Frame } from "../frame.ts";
import { invoke, type Call } from "../invoke.ts";
import { formatFunctionPath } from "../paths.ts";
import type { EngineState } from "../state.ts";
import { FunctionError } from "../../errors.ts";
import { parseArgs, type Syscall } from "./dispatch.ts";

const runUdfArgs = address.extend({
  udfType: z.enum(["query", "mutation", "snapshotQuery"]),
  args: z.json(),
});

/** A nested call. A mutation's is a sub-transaction: when it fails, its writes are undone. */
const runUdf: Syscall = (state, frame, rawArgs) => {
  const { udfType, args, ...target } = parseArgs("runUdf", runUdfArgs, rawArgs);
  if (udfType === "mutation" && frame.type === "query") {
    throw new FunctionError("Queries can't call mutations.");
  }
  const resolved = resolveAddress(state.code, state.handles, frame.component, target);
  const call: Call = {
    ...resolved,
    args,
    type: udfType === "mutation" ? "mutation" : "query",
    view: udfType === "snapshotQuery" ? "snapshot" : frame.view,
  };
  return call.type === "mutation" ? subTransaction(state, frame, call) : nested(state, frame, call);
};

function nested(state: EngineState, frame: Frame, call: Call): Promise<string> {
  return invoke(state, frame.execution, call, frame);
}

async function subTransaction(state: EngineState, frame: Frame, call: Call): Promise<string> {
  const savepoint = frame.tx.savepoint();
  try {
    const result = await nested(state, frame, call);
    savepoint.release();
    return result;
  } catch (error) {
    savepoint.rollback();
    throw error instanceof FailureError ? error : new FailureError({ message: String(error) });
  }
}

const createFunctionHandle: Syscall = (state, frame, args) => {
  const target = parseArgs("createFunctionHandle", address, args);
  const { component, path } = resolveAddress(state.code, state.handles, frame.component, target);
  return JSON.stringify(state.handles.create(component.id, formatFunctionPath(path)));
};

/** Calls of other functions. */
export const callSyscalls: Readonly<Record<string, Syscall>> = { runUdf, createFunctionHandle };
