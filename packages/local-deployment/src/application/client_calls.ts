import { newRequestId, type RequestContext } from "../engine/calls/request.ts";
import type { JSONValue } from "convex/values";
import { UDF_TYPES, type FunctionType, type UdfType } from "../engine/code/analysis.ts";
import {
  type CallResult,
  type FunctionCall,
  type LiveQuery,
  type LiveResult,
  type Target,
  ENDLESS_TOKEN,
} from "../engine/protocol.ts";
import { formatLogLine } from "../runtime/console.ts";
import { failureText, type Failure } from "../runtime/errors/failure.ts";
import { NO_DATABASE_USAGE } from "../tx/usage.ts";
import { tooManyActions, type ActionPool } from "./action_pool.ts";
import type { Caller } from "./authenticator.ts";
import { EngineEndedError, type EngineClient } from "./engine_client.ts";
import type { LogStream } from "./log_stream.ts";

/** A call by a client. */
export interface ClientCall {
  readonly path: string;
  readonly args: JSONValue;
  /** A component's path; admins only. */
  readonly componentPath: string | null;
}

/** The result of a call; `value` and `errorData` are Convex JSON text. */
export type ClientResult = { readonly logLines: readonly string[] } & (
  | { readonly ok: true; readonly value: string; readonly ts: string }
  | { readonly ok: false; readonly errorMessage: string; readonly errorData: string | null }
);

/** The client's address and user agent, as functions see them in `ctx.meta.getRequestMetadata()`. */
export interface ClientInfo {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** What a client names. */
type ClientTarget = Extract<Target, { componentPath: string }>;

/** Runs clients' calls, with the access that they have, and logs them. */
export class ClientCalls {
  constructor(
    private readonly engine: EngineClient,
    private readonly actions: ActionPool,
    private readonly logs: LogStream,
  ) {}

  /**
   * Runs a query, a mutation or an action. `session` makes a mutation safe to send twice.
   * @throws HttpError 429 `TooManyConcurrentRequests`, when an action waits too long for its turn
   */
  async run(
    kind: FunctionType,
    call: ClientCall,
    caller: Caller,
    info: ClientInfo,
    session: { id: string; request: number } | null = null,
  ): Promise<ClientResult> {
    const request = this.#context(caller, info);
    const full: FunctionCall = { target: targetOf(call, caller), args: call.args, request };
    const started = performance.now();
    const result = await this.#dispatch(kind, full, session);
    // A mutation that was sent again is neither run nor logged again.
    if (kind !== "mutation" || result.usage !== null) {
      const seconds = (performance.now() - started) / 1000;
      this.#record(UDF_TYPES[kind], call, result, request.requestId, seconds);
    }
    return toClient(result, request.requestId);
  }

  /** What kind of function a path names. */
  async kindOf(call: ClientCall, caller: Caller): Promise<FunctionType | ClientResult> {
    const target = targetOf(call, caller);
    // An admin who acts as a user sees only the functions that the user sees (`any_udf` in crates/application).
    const publicOnly = target.publicOnly || caller.identity !== null;
    const type = await this.engine.call("functionType", { ...target, publicOnly });
    if (typeof type === "string") return type;
    return toClient(refused(type), newRequestId());
  }

  /** Live results, in one snapshot; null for those that the session already has. */
  async liveQueries(
    queries: readonly { call: ClientCall; journal: string | null; held: number | null }[],
    caller: Caller,
    info: ClientInfo,
  ): Promise<{
    ts: string;
    results: ({ result: ClientResult; token: number; journal: string | null } | null)[];
  }> {
    const asked: LiveQuery[] = queries.map(({ call, journal, held }) => ({
      target: targetOf(call, caller),
      args: call.args,
      request: this.#context(caller, info),
      journal,
      held,
    }));
    const { ts, results } = await this.#resultsOf(asked);
    return {
      ts,
      results: queries.map(({ call }, i) => {
        const [result, request] = [results[i], asked[i]?.request];
        if (!result || !request) return null;
        const { token, journal, executionTime } = result;
        this.#record("Query", call, result, request.requestId, executionTime);
        return { result: toClient(result, request.requestId), token, journal };
      }),
    };
  }

  #record(
    udfType: UdfType,
    { path, componentPath }: ClientCall,
    result: CallResult,
    requestId: string,
    executionTime: number,
  ): void {
    this.logs.record({
      udfType,
      called: result.called ?? { path, componentPath: componentPath ?? "" },
      requestId,
      logs: result.logs,
      failure: result.ok ? null : result.failure,
      executionTime,
      usage: result.usage,
    });
  }

  async #dispatch(
    kind: FunctionType,
    call: FunctionCall,
    session: { id: string; request: number } | null,
  ): Promise<CallResult> {
    try {
      if (kind === "query") return await this.engine.call("query", call);
      if (kind === "mutation") return await this.engine.call("mutation", { ...call, session });
    } catch (error) {
      if (!(error instanceof EngineEndedError)) throw error;
      return refused(error.failure);
    }
    const { outcome, logs, called } = await this.actions.call(call);
    const common = { called, logs, usage: NO_DATABASE_USAGE, ts: "0" };
    if ("code" in outcome) throw tooManyActions(outcome);
    if (!outcome.ok) return { ok: false, failure: outcome.failure, ...common };
    return { ok: true, value: outcome.value, ...common };
  }

  /** A query that never ends fails; the others still get their results, in one snapshot. */
  async #resultsOf(
    queries: readonly LiveQuery[],
  ): Promise<{ ts: string; results: (LiveResult | null)[] }> {
    let first: Failure;
    try {
      return await this.engine.call("liveQueries", queries);
    } catch (error) {
      if (!(error instanceof EngineEndedError)) throw error;
      first = error.failure;
    }
    const ended = new Map<LiveQuery, Failure>();
    for (const query of queries) {
      const failure = queries.length === 1 ? first : await this.#endOf(query);
      if (failure !== null) ended.set(query, failure);
    }
    const others = queries.filter((query) => !ended.has(query));
    const { ts, results } = await this.#resultsOf(others);
    const rest = results.values();
    return {
      ts,
      results: queries.map((query) => {
        const failure = ended.get(query);
        return failure === undefined ? (rest.next().value ?? null) : endedBy(query, failure);
      }),
    };
  }

  /** The failure of a query that ended the engine; null if it did not. */
  async #endOf(query: LiveQuery): Promise<Failure | null> {
    try {
      const { results } = await this.engine.call("liveQueries", [query]);
      const tokens = results.flatMap((result) => (result === null ? [] : [result.token]));
      await this.engine.call("release", tokens);
      return null;
    } catch (error) {
      if (error instanceof EngineEndedError) return error.failure;
      throw error;
    }
  }

  #context(caller: Caller, info: ClientInfo): RequestContext {
    return { requestId: newRequestId(), identity: caller.identity, ...info, jobId: null };
  }
}

/** The result of a call that was refused before anything was run. */
function refused(failure: Failure): CallResult {
  return { ok: false, failure, called: null, logs: [], usage: NO_DATABASE_USAGE, ts: "0" };
}

function endedBy({ journal }: LiveQuery, failure: Failure): LiveResult {
  return { ...refused(failure), journal, executionTime: 0, token: ENDLESS_TOKEN };
}

function targetOf({ path, componentPath }: ClientCall, caller: Caller): ClientTarget {
  return {
    componentPath: caller.admin ? (componentPath ?? "") : "",
    path,
    publicOnly: !caller.admin,
  };
}

function toClient(result: CallResult, requestId: string): ClientResult {
  const logLines = result.logs.map(formatLogLine);
  if (result.ok) return { ok: true, value: result.value, ts: result.ts, logLines };
  return {
    ok: false,
    errorMessage: `[Request ID: ${requestId}] Server Error\n${failureText(result.failure)}`,
    errorData: result.failure.data ?? null,
    logLines,
  };
}
