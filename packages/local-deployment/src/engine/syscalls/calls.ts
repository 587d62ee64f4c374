import { type UsageName } from "../../limits/transactions.ts";
import { z } from "zod";
import { FailureError } from "../../runtime/errors/failure.ts";
import { addressSchema, resolveAddress } from "../calls/addresses.ts";
import type { Frame } from "../calls/frame.ts";
import { invokeFunction, type Call } from "../calls/invoke.ts";
import { formatFunctionPath } from "../calls/paths.ts";
import type { EngineState } from "../state.ts";
import { FunctionError } from "../../lib/errors.ts";
import { parseArgs, type Syscall } from "./syscall.ts";

/** How much of each limit the called function may use; other keys are not supported. */
const transactionLimits = z.object({
  documentsRead: z.int().min(0).optional(),
  bytesRead: z.int().min(0).optional(),
  databaseQueries: z.int().min(0).optional(),
  documentsWritten: z.int().min(0).optional(),
  bytesWritten: z.int().min(0).optional(),
  functionsScheduled: z.int().min(0).optional(),
  scheduledFunctionArgsBytes: z.int().min(0).optional(),
} satisfies Record<UsageName, z.ZodType>);

const runUdfArgs = addressSchema.extend({
  udfType: z.enum(["query", "mutation", "snapshotQuery"]),
  args: z.json(),
  transactionLimits: transactionLimits.nullish(),
});

/** Production's names of the kinds in the error for a call that is not allowed. */
const NAMES = { query: "Query", mutation: "Mutation", snapshotQuery: "SnapshotQuery" } as const;

/** A nested call. A mutation's is a sub-transaction: when it fails, its writes are undone. */
const runUdf: Syscall = async (state, frame, rawArgs) => {
  const {
    udfType,
    args,
    transactionLimits: budget,
    ...target
  } = parseArgs("runUdf", runUdfArgs, rawArgs);
  if (udfType !== "query" && frame.type === "query") {
    throw new FunctionError(
      `Cannot call a ${NAMES[udfType]} function from a ${NAMES[frame.type]} function`,
    );
  }
  const resolved = resolveAddress(state.code, state.handles, frame.component, target);
  const call: Call = {
    ...resolved,
    args,
    type: udfType === "mutation" ? "mutation" : "query",
    view: udfType === "snapshotQuery" ? "snapshot" : frame.view,
  };
  const leave = udfType === "snapshotQuery" ? frame.tx.enterSnapshot() : () => undefined;
  const widen = narrow(frame, budget);
  try {
    return await (call.type === "mutation"
      ? subTransaction(state, frame, call)
      : nested(state, frame, call));
  } finally {
    widen();
    leave();
  }
};

/** Applies the called function's limits. @returns a function that removes them */
function narrow({ tx }: Frame, budget: z.infer<typeof transactionLimits> | null | undefined) {
  if (budget == null) return () => undefined;
  tx.settleReads();
  return tx.usage.narrow(budget);
}

function nested(state: EngineState, frame: Frame, call: Call): Promise<string> {
  return invokeFunction(state, frame.execution, call, frame);
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
  const target = parseArgs("createFunctionHandle", addressSchema, args);
  const { component, path } = resolveAddress(state.code, state.handles, frame.component, target);
  return JSON.stringify(state.handles.create(component.id, formatFunctionPath(path)));
};

/** Calls of other functions. */
export const callSyscalls: Readonly<Record<string, Syscall>> = { runUdf, createFunctionHandle };
