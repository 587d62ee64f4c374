import { resolveTarget } from "../calls/addresses.ts";
import { FunctionError } from "../../lib/errors.ts";
import { Transaction } from "../../tx/transaction.ts";
import type { FunctionType, UdfType } from "../code/analysis.ts";
import { findFunction } from "../code/code_store.ts";
import { runFunction, runMutation, type RunResult } from "../calls/executor.ts";
import { inComponent, nameForMessage } from "../calls/invoke.ts";
import type { CallResult, Target } from "../protocol.ts";
import type { EngineState } from "../state.ts";
import { attempt, type EngineContext, type EngineHandlers } from "./context.ts";

type FunctionHandlers = Pick<
  EngineHandlers,
  "query" | "mutation" | "liveQueries" | "release" | "functionType"
>;

/** Queries and mutations, called once or kept live. */
export function functionHandlers(context: EngineContext): FunctionHandlers {
  const { state, live } = context;
  return {
    query: async (call) => {
      const tx = new Transaction(state.store);
      const ran = await runFunction(state, tx, call, "query");
      tx.rollback();
      return resultOf(ran, false, tx.snapshotTs);
    },
    mutation: (call) => mutation(context, call),
    liveQueries: async (queries) => ({
      results: await live.results(queries),
      ts: String(state.store.clock.latest),
    }),
    release: (tokens) => {
      live.release(tokens);
      return null;
    },
    functionType: (target) => attempt(() => functionType(state, target)),
  };
}

/** Runs a mutation, or returns its stored result when its client has sent it before. */
async function mutation(
  context: EngineContext,
  { session, ...call }: Parameters<EngineHandlers["mutation"]>[0],
): Promise<CallResult> {
  const { state, sessions } = context;
  const known = session === null ? null : sessions.find(session, call);
  if (known !== null) return { ...known, logs: [], called: null, usage: null };
  const { ran, committed } = await runMutation(state, call, (tx, value, ts) => {
    if (session === null) return;
    tx.system(() => {
      sessions.store(session, call, { value, ts, now: tx.now });
    });
  });
  context.committed(committed?.writes ?? []);
  if (ran.execution.tx.usage.used.functionsScheduled > 0) context.scheduledMayHaveChanged();
  return resultOf(ran, committed !== null, committed?.ts ?? state.store.clock.latest);
}

function resultOf(ran: RunResult, committed: boolean, ts: bigint): CallResult {
  const { called, logs, tx } = ran.execution;
  const usage = tx.usage.ofDatabase(committed);
  const common = { called, logs: logs.lines, usage, ts: String(ts) };
  return ran.ok
    ? { ok: true, value: ran.value, ...common }
    : { ok: false, failure: ran.failure, ...common };
}

const FUNCTION_TYPES: Readonly<Record<UdfType, FunctionType>> = {
  Query: "query",
  Mutation: "mutation",
  Action: "action",
};

/** @throws FunctionError when there is no such function for the caller */
function functionType(state: EngineState, target: Target): FunctionType {
  const { component, path, publicOnly } = resolveTarget(state, target);
  const analyzed = findFunction(state.code, component, path);
  if (analyzed === undefined || (publicOnly && analyzed.visibility?.kind !== "public")) {
    throw new FunctionError(
      `Could not find function for '${nameForMessage(path)}'${inComponent(component)}. Did you forget to run \`npx convex dev\`?`,
    );
  }
  return FUNCTION_TYPES[analyzed.udfType];
}
