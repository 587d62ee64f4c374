import type { JSONValue } from "convex/values";
import { UDF_TYPES, type FunctionType } from "../engine/analysis.ts";
import type { RequestContext } from "../engine/frame.ts";
import type {
  CallResult,
  FunctionCall,
  LiveQuery,
  LiveResult,
  Target,
} from "../engine/protocol.ts";
import { ENDLESS_TOKEN } from "../engine/live_token.ts";
import { newRequestId } from "../engine/request_id.ts";
import { TIMED_OUT } from "../engine/timeouts.ts";
import { formatLogLine, type LogLine } from "../runtime/console.ts";
import type { Failure } from "../runtime/failure.ts";
import type { ActionPool } from "./action_pool.ts";
import type { Caller } from "./callers.ts";
import { EngineStuckError, type EngineClient } from "./engine_client.ts";
import type { LogEntry, LogStream } from "./log_stream.ts";

/** What a client asks for. */
export interface ClientCall {
  readonly path: string;
  readonly args: JSONValue;
  /** A component's path; admins only. */
  readonly componentPath: string | null;
}

/** What a client is told; `value` and `errorData` are Convex JSON text. */
export type ClientResult = { readonly logLines: readonly string[] } & (
  | { readonly ok: true; readonly value: string; readonly ts: string }
  | { readonly ok: false; readonly errorMessage: string; readonly errorData: string | null }
);

/** The client's own facts, as functions see them in `ctx.meta.getRequestMetadata()`. */
export interface ClientInfo {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** Runs what clients ask for, with the access that they have, and logs it. */
export class Calls {
  constructor(
    private readonly engine: EngineClient,
    private readonly actions: ActionPool,
    private readonly logs: LogStream,
  ) {}

  /** Runs a query, a mutation or an action. `session` makes a mutation safe to send twice. */
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
    this.record(UDF_TYPES[kind], call.path, call.componentPath, result, request.requestId, started);
    return toClient(result, request.requestId);
  }

  /** What kind of function a path names. */
  async kindOf(call: ClientCall, caller: Caller): Promise<FunctionType | ClientResult> {
    const type = await this.engine.call("functionType", targetOf(call, caller));
    if (typeof type === "string") return type;
    return toClient({ ok: false, failure: type, logs: [], ts: "0" }, newRequestId());
  }

  /** Live results, in one snapshot; null for those that the asker has. */
  async live(
    queries: readonly { call: ClientCall; journal: string | null; held: number | null }[],
    caller: Caller,
    info: ClientInfo,
  ): Promise<{
    ts: string;
    results: ({ result: ClientResult; token: number; journal: string | null } | null)[];
  }> {
    const request = this.#context(caller, info);
    const asked: LiveQuery[] = queries.map(({ call, journal, held }) => ({
      target: targetOf(call, caller),
      args: call.args,
      request,
      journal,
      held,
    }));
    const { ts, results } = await this.#liveQueries(asked);
    return {
      ts,
      results: results.map((result) =>
        result === null
          ? null
          : {
              result: toClient(result, request.requestId),
              token: result.token,
              journal: result.journal,
            },
      ),
    };
  }

  /** Adds an execution to the log stream. */
  record(
    udfType: LogEntry["udfType"],
    path: string,
    componentPath: string | null,
    result: { readonly ok: boolean; readonly logs: readonly LogLine[]; readonly failure?: Failure },
    requestId: string,
    started: number,
  ): void {
    if (path.startsWith("_system/")) return;
    this.logs.add({
      udfType,
      identifier: path,
      componentPath: componentPath === "" ? null : componentPath,
      logLines: result.logs,
      executionTime: (performance.now() - started) / 1000,
      success: result.ok ? { status: "success" } : null,
      error: result.failure?.message ?? null,
      requestId,
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
      if (!(error instanceof EngineStuckError)) throw error;
      return { ok: false, failure: TIMED_OUT, logs: [], ts: "0" };
    }
    const { outcome, logs } = await this.actions.call(call);
    if (!outcome.ok) return { ok: false, failure: outcome.failure, logs, ts: "0" };
    return { ok: true, value: "value" in outcome ? outcome.value : "null", logs, ts: "0" };
  }

  /** A query that never ends is told so; the others still get their results, in one snapshot. */
  async #liveQueries(
    queries: readonly LiveQuery[],
  ): Promise<{ ts: string; results: (LiveResult | null)[] }> {
    try {
      return await this.engine.call("liveQueries", queries);
    } catch (error) {
      if (!(error instanceof EngineStuckError)) throw error;
    }
    const endless = new Set<LiveQuery>();
    for (const query of queries) {
      if (queries.length === 1 || (await this.#isEndless(query))) endless.add(query);
    }
    const others = queries.filter((query) => !endless.has(query));
    const { ts, results } = await this.#liveQueries(others);
    const rest = results.values();
    return {
      ts,
      results: queries.map((query) =>
        endless.has(query) ? timedOut(query) : (rest.next().value ?? null),
      ),
    };
  }

  async #isEndless(query: LiveQuery): Promise<boolean> {
    try {
      const { results } = await this.engine.call("liveQueries", [query]);
      const tokens = results.flatMap((result) => (result === null ? [] : [result.token]));
      await this.engine.call("release", tokens);
      return false;
    } catch (error) {
      if (error instanceof EngineStuckError) return true;
      throw error;
    }
  }

  #context(caller: Caller, info: ClientInfo): RequestContext {
    return { requestId: newRequestId(), identity: caller.identity, ...info, jobId: null };
  }
}

function timedOut(query: LiveQuery): LiveResult {
  return {
    ok: false,
    failure: TIMED_OUT,
    logs: [],
    ts: "0",
    journal: query.journal,
    token: ENDLESS_TOKEN,
  };
}

function targetOf({ path, componentPath }: ClientCall, caller: Caller): Target {
  return {
    componentPath: caller.admin ? (componentPath ?? "") : "",
    path,
    publicOnly: !caller.admin,
  };
}

function toClient(result: CallResult, requestId: string): ClientResult {
  const logLines = result.logs.map(formatLogLine);
  if (result.ok) return { ok: true, value: result.value, ts: result.ts, logLines };
  const { message, data } = result.failure;
  return {
    ok: false,
    errorMessage: `[Request ID: ${requestId}] Server Error\n${message}`,
    errorData: data ?? null,
    logLines,
  };
}
