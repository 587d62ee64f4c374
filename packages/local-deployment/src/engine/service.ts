import { jsonToConvex, type JSONValue } from "convex/values";
import { failureOf, type Failure } from "../runtime/failure.ts";
import { Transaction, type IndexWrite } from "../tx/transaction.ts";
import { checkArgs, checkReturns } from "../values/validate.ts";
import { resolveAddress } from "./addresses.ts";
import { findFunction, findModule } from "./code.ts";
import { run, runMutation, systemTransaction, type Ran } from "./executor.ts";
import { httpTargets } from "./http_targets.ts";
import { failInterrupted, failNextJob, runNextJob } from "./job_runner.ts";
import { inComponent, locate } from "./invoke.ts";
import { LiveQueries } from "./live_queries.ts";
import { formatFunctionPath, parseFunctionPath } from "./paths.ts";
import type { CallResult, EngineApi, EngineMessage, FunctionCall } from "./protocol.ts";
import { activatePush, findSchemaProblem } from "./push.ts";
import { functionEnv } from "./runtime.ts";
import { tableNames, validatorsOf } from "./schemas.ts";
import { SessionRequests } from "./sessions.ts";
import type { EngineState } from "./state.ts";
import { scheduleJob } from "./syscalls/schedule.ts";
import { resolveTarget } from "./targets.ts";

/** `EngineApi`, each operation possibly asynchronous. */
export type EngineHandlers = {
  [Op in keyof EngineApi]: (
    ...args: Parameters<EngineApi[Op]>
  ) => ReturnType<EngineApi[Op]> | Promise<ReturnType<EngineApi[Op]>>;
};

/** The engine's operations on its state. The caller runs one at a time. */
export function createEngineService(
  state: EngineState,
  emit: (message: EngineMessage) => void,
  firstToken: number,
): EngineHandlers {
  const live = new LiveQueries(state, firstToken);
  const sessions = new SessionRequests(state.store.db);
  failInterrupted(state);
  sessions.cleanUp(state.store.clock.wallMs());

  const invalidated = (tokens: readonly number[]) => {
    if (tokens.length > 0) emit({ kind: "invalidated", tokens });
  };
  const committed = (writes: readonly IndexWrite[]) => {
    if (writes.length > 0) invalidated(live.invalidate(writes));
  };
  const scheduledMayHaveChanged = () => {
    emit({ kind: "scheduled", nextDue: nextDue(state) });
  };
  const reload = () => {
    state.reload();
    invalidated(live.invalidateAll());
    scheduledMayHaveChanged();
  };

  return {
    query: async (call) => {
      const tx = new Transaction(state.store);
      const ran = await run(state, tx, call, "query");
      tx.rollback();
      return result(ran, tx.snapshotTs);
    },
    mutation: async ({ session, ...call }) => {
      const known = session === null ? null : sessions.find(session.id, session.request);
      if (known !== null) return { ok: true, value: known.result, ts: known.ts, logs: [] };
      const { ran, committed: commit } = await runMutation(state, call, (tx, value, ts) => {
        if (session === null) return;
        tx.system(() => {
          sessions.store(session.id, session.request, value, ts, tx.now);
        });
      });
      committed(commit?.writes ?? []);
      if (ran.execution.tx.usage.used.functionsScheduled > 0) scheduledMayHaveChanged();
      return result(ran, commit?.ts ?? state.store.clock.latest);
    },
    liveQueries: async (queries) => ({
      results: await live.results(queries),
      ts: String(state.store.clock.latest),
    }),
    release: (tokens) => {
      live.release(tokens);
      return null;
    },
    functionType: (target) =>
      attempt(() => {
        const { component, path, publicOnly } = resolveTarget(state, target);
        const analyzed = findFunction(state.code, component, path);
        if (analyzed === undefined || (publicOnly && analyzed.visibility?.kind !== "public")) {
          locate(state, { component, path, publicOnly, type: "query" });
          return "query";
        }
        return { Query: "query", Mutation: "mutation", Action: "action" }[analyzed.udfType] as
          "query" | "mutation" | "action";
      }),
    locateAction: (call) => attempt(() => locateAction(state, call)),
    checkActionResult: ({ component: id, path, result: text }) => {
      const component = state.code.components.get(id);
      if (component === undefined) return null;
      const analyzed = findFunction(state.code, component, parseFunctionPath(path));
      const returns = analyzed === undefined ? null : validatorsOf(analyzed).returns;
      if (returns === null) return null;
      const value = jsonToConvex(JSON.parse(text) as JSONValue);
      const checked = attempt(() => {
        checkReturns(returns, value, tableNames(state.store.catalog, id));
        return null;
      });
      return checked;
    },
    createHandle: ({ caller, address }) =>
      attempt(() => {
        const component = callerOf(state, caller);
        const target = resolveAddress(state.code, state.handles, component, address);
        return state.handles.create(target.component.id, formatFunctionPath(target.path));
      }),
    schedule: ({ caller, address, ts, args, parentJob }) =>
      attempt(() => {
        const component = callerOf(state, caller);
        let id = "";
        const commit = systemTransaction(state, (tx) => {
          id = scheduleJob(state, tx, component, { ...address, ts, args }, parentJob);
        });
        committed(commit.writes);
        scheduledMayHaveChanged();
        return id;
      }),
    cancelJob: ({ caller, id }) =>
      attempt(() => {
        committed(
          systemTransaction(state, (tx) => {
            state.jobs.cancel(tx, caller, id);
          }).writes,
        );
        return null;
      }),
    runNextJob: async () => {
      const step = await runNextJob(state);
      for (const commit of step.commits) committed(commit.writes);
      return { ran: step.ran, action: step.action, logs: step.log, nextDue: nextDue(state) };
    },
    failNextJob: () => {
      const commit = failNextJob(state);
      if (commit !== null) committed(commit.writes);
      return null;
    },
    finishAction: ({ job, failure }) => {
      committed(
        systemTransaction(state, (tx) => {
          const end =
            failure === null
              ? ({ kind: "success" } as const)
              : ({ kind: "failed", error: failure.message } as const);
          state.jobs.finish(tx, job, end);
        }).writes,
      );
      return null;
    },
    environment: () => state.codeStore.environment(),
    setEnvironment: (changes) =>
      attempt(() => {
        systemTransaction(state, (tx) => {
          tx.system(() => {
            for (const { name, value } of changes) state.codeStore.setEnvironment(name, value);
          });
        });
        reload();
        return null;
      }),
    pushedModules: () => state.codeStore.pushedModules(""),
    componentIds: () => [...state.codeStore.componentIds()],
    checkSchema: (push) => findSchemaProblem(state, push),
    activate: (push) => {
      const outcome = activatePush(state, push);
      if (outcome.kind === "activated") reload();
      return outcome;
    },
    httpRoutes: () => httpTargets(state.code),
    authProviders: () => state.code.auth,
    componentModules: (id) => {
      const component = callerOf(state, id);
      return {
        env: functionEnv(component, state.urls),
        modules: state.codeStore
          .pushedModules(component.definition)
          .map(({ path, environment, compiled }) => ({ path, environment, compiled })),
      };
    },
    clock: () => ({ ts: String(state.store.clock.latest), nextDue: nextDue(state) }),
  };
}

/** When the engine next has something to do by itself, in milliseconds since 1970. */
export function nextDue(state: EngineState): number | null {
  const times = [state.jobs.nextDueTime(), state.crons.nextDueTime()].filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(...times);
}

function result(ran: Ran, ts: bigint): CallResult {
  const common = { logs: ran.execution.logs.lines, ts: String(ts) };
  return ran.ok
    ? { ok: true, value: ran.value, ...common }
    : { ok: false, failure: ran.failure, ...common };
}

/** The result, or the failure that user code or a client is told. */
function attempt<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    return failureOf(error);
  }
}

function callerOf(state: EngineState, id: string) {
  const component = state.code.components.get(id);
  if (component === undefined) throw new Error(`Component ${id} is not mounted`);
  return component;
}

function locateAction(state: EngineState, call: FunctionCall) {
  const target = resolveTarget(state, call.target);
  const analyzed = locate(state, { ...target, type: "action" });
  const { component, path } = target;
  const names = tableNames(state.store.catalog, component.id);
  checkArgs(validatorsOf(analyzed).args, jsonToConvex(call.args), names);
  const module = findModule(state.code, component, path.module);
  return {
    component: component.id,
    componentPath: component.path,
    where: inComponent(component),
    module: path.module,
    name: path.name,
    environment: module?.environment ?? ("isolate" as const),
  };
}
