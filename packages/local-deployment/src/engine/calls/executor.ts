import { newRequestId, type RequestContext } from "./request.ts";
import { resolveTarget } from "./addresses.ts";
import { failureOf, type Failure } from "../../runtime/errors/failure.ts";
import type { IndexWrite } from "../../tx/pending_commit.ts";
import { asStorageError } from "../../storage/storage_error.ts";
import { Transaction } from "../../tx/transaction.ts";
import { Execution } from "./frame.ts";
import { invokeFunction, type Call } from "./invoke.ts";
import { withinCpuTime } from "./cpu_time_limit.ts";
import { formatFunctionPath } from "./paths.ts";
import type { FunctionCall } from "../protocol.ts";
import type { EngineState } from "../state.ts";
import { isSystemPath, runSystemFunction } from "../system_functions.ts";
import { functionWarnings } from "./warnings.ts";

/** The outcome of a run, before its commit. */
export type RunResult =
  | { readonly ok: true; readonly value: string; readonly execution: Execution }
  | { readonly ok: false; readonly failure: Failure; readonly execution: Execution };

/** Runs a query or a mutation in a transaction that the caller commits or rolls back. */
export async function runFunction(
  state: EngineState,
  tx: Transaction,
  call: FunctionCall,
  type: "query" | "mutation",
  journal: string | null = null,
): Promise<RunResult> {
  const seed = (Math.random() * 0x1_0000_0000) >>> 0;
  const execution = new Execution(tx, call.request, journal, seed);
  state.progressed();
  try {
    const target = resolveTarget(state, call.target);
    // A component that an action or an HTTP action calls does not see who is signed in.
    if ("caller" in call.target && target.component.path !== "") execution.identityHidden = true;
    const path = formatFunctionPath(target.path);
    execution.called = { path, componentPath: target.component.path };
    if (type === "query" && !target.publicOnly && isSystemPath(path)) {
      const value = runSystemFunction(state, tx, target.component, path, call.args);
      return { ok: true, value, execution };
    }
    const full: Call = { ...target, args: call.args, type, view: "transaction" };
    const value = await withinCpuTime(execution, invokeFunction(state, execution, full, null));
    return { ok: true, value, execution };
  } catch (error) {
    return { ok: false, failure: failureOf(asStorageError(error)), execution };
  } finally {
    execution.ended = true;
    for (const text of warningsOf(execution)) {
      execution.logs.warn(text, Date.now());
    }
  }
}

/** The warnings of a function that was run; none for one that was refused. */
function warningsOf({ sizes, tx, elapsedMs }: Execution): string[] {
  if (sizes === null) return [];
  tx.settleReads();
  return functionWarnings({
    argsSize: sizes.args,
    resultSize: sizes.result,
    usage: tx.usage,
    largestWrites: tx.largestWrites,
    elapsedMs: elapsedMs,
  });
}

/** A mutation that succeeded, and the writes that live queries are checked against. */
export interface Committed {
  readonly ts: bigint;
  readonly writes: readonly IndexWrite[];
}

/** Runs a mutation and commits it, with `alongside` in the same commit; a failed one is rolled back. */
export async function runMutation(
  state: EngineState,
  call: FunctionCall,
  alongside: (tx: Transaction, value: string, ts: bigint) => void = () => undefined,
): Promise<{ ran: RunResult; committed: Committed | null }> {
  const tx = new Transaction(state.store);
  const ran = await runFunction(state, tx, call, "mutation");
  if (!ran.ok) {
    tx.rollback();
    return { ran, committed: null };
  }
  try {
    const committed = tx.commit((ts) => {
      alongside(tx, ran.value, ts);
    });
    return { ran, committed };
  } catch (error) {
    tx.rollback();
    const { execution } = ran;
    const failure = failureOf(asStorageError(error));
    return { ran: { ok: false, failure, execution }, committed: null };
  }
}

/** Runs the deployment's own writes in a transaction. */
export function systemTransaction(state: EngineState, work: (tx: Transaction) => void): Committed {
  const tx = new Transaction(state.store);
  try {
    work(tx);
    return tx.commit();
  } catch (error) {
    tx.rollback();
    throw asStorageError(error);
  }
}

/** The request context of work that the deployment itself starts. */
export function systemRequest(jobId: string | null): RequestContext {
  return { requestId: newRequestId(), identity: null, ip: null, userAgent: null, jobId };
}
