import { failureText } from "../runtime/failure.ts";
import type { HttpTarget } from "../engine/protocol.ts";
import { newRequestId } from "../engine/request_id.ts";
import { HttpError, messageOf } from "../errors.ts";
import { AuthError } from "../auth/auth_error.ts";
import { MAX_BODY_BYTES } from "../limits.ts";
import { NO_DATABASE_USAGE } from "../tx/usage.ts";
import type { ActionPool } from "./action_pool.ts";
import { ANONYMOUS, type Caller, type Callers } from "./callers.ts";
import type { ClientInfo } from "./calls.ts";
import type { LogStream } from "./log_stream.ts";
import { parseJsonText } from "../values/json_text.ts";
import { readBody } from "./http_io.ts";

/** The part of a path's match that decides between routes: exact first, then the longest prefix. */
function matches(route: { path: string; method: string }, path: string, method: string): number {
  if (route.method !== method) return -1;
  if (route.path === path) return Infinity;
  return route.path.endsWith("*") && path.startsWith(route.path.slice(0, -1))
    ? route.path.length
    : -1;
}

/** Answers requests to the site origin with the pushed HTTP actions. */
export class Site {
  #targets: readonly HttpTarget[] = [];

  constructor(
    private readonly callers: Callers,
    private readonly actions: ActionPool,
    private readonly logs: LogStream,
  ) {}

  /** Takes up the routes of the active code. */
  setTargets(targets: readonly HttpTarget[]): void {
    this.#targets = targets;
  }

  async respond(request: Request, info: ClientInfo): Promise<Response> {
    const url = new URL(request.url);
    // HEAD runs the GET action; the server leaves the body out.
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (this.#targets.length === 0) {
      return new Response("This Convex deployment does not have HTTP actions enabled.", {
        status: 404,
      });
    }
    const target = this.#find(url.pathname, method);
    if (target === null) {
      return new Response(`No HttpAction routed for ${url.pathname}`, { status: 404 });
    }
    const { caller, authError } = await this.#caller(request);
    const started = performance.now();
    const context = { requestId: newRequestId(), identity: caller.identity, ...info, jobId: null };
    const body =
      request.method === "GET" || request.method === "HEAD"
        ? null
        : await readBody(request, MAX_BODY_BYTES);
    // Set as a path: resolved as a reference, one with two slashes in front would name another host.
    const inside = new URL(url);
    inside.pathname = url.pathname.slice(target.prefix.length) || "/";
    const wire = {
      method,
      url: inside.href,
      headers: [...request.headers],
      body,
    };
    const { response, failure, logs } = await this.actions.http(
      target.component,
      wire,
      context,
      authError,
    );
    this.logs.record({
      udfType: "HttpAction",
      called: { path: `${method} ${url.pathname}`, componentPath: "" },
      requestId: context.requestId,
      logs,
      failure,
      executionTime: (performance.now() - started) / 1000,
      usage: NO_DATABASE_USAGE,
    });
    if (response === null) {
      const message = failure?.message ?? "The HTTP action did not respond";
      const data = failure?.data === undefined ? {} : { data: parseJsonText(failure.data) };
      return Response.json(
        {
          code: `[Request ID: ${context.requestId}] Server Error: ${message}`,
          trace: failure === null ? message : failureText(failure),
          ...data,
        },
        { status: 500 },
      );
    }
    return new Response(response.body, {
      status: response.status,
      headers: response.headers.map(([name, value]): [string, string] => [name, value]),
    });
  }

  #find(path: string, method: string): HttpTarget | null {
    let best: HttpTarget | null = null;
    let score = -1;
    for (const target of this.#targets) {
      if (!path.startsWith(target.prefix)) continue;
      const inside = path.slice(target.prefix.length) || "/";
      for (const route of target.routes) {
        const found = matches(route, inside, method);
        if (found > score) {
          score = found;
          best = target;
        }
      }
    }
    return best;
  }

  /** A header that proves nothing does not stop the action; asking who calls then throws. */
  async #caller(request: Request): Promise<{ caller: Caller; authError: string | null }> {
    try {
      return {
        caller: await this.callers.ofHeader(request.headers.get("authorization")),
        authError: null,
      };
    } catch (error) {
      if (!(error instanceof HttpError) && !(error instanceof AuthError)) throw error;
      return { caller: ANONYMOUS, authError: messageOf(error) };
    }
  }
}
