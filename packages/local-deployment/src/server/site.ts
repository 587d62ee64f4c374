import { MAX_BODY_BYTES } from "../limits/requests.ts";
import { newRequestId, type RequestContext } from "../engine/calls/request.ts";
import type { WireRequest } from "../actions/protocol.ts";
import type { ActionRun } from "../actions/action_run.ts";
import { AuthError } from "../auth/auth_error.ts";
import type { HttpTarget } from "../engine/protocol.ts";
import { HttpError, messageOf } from "../lib/errors.ts";
import { NO_DATABASE_USAGE } from "../tx/usage.ts";
import type { ActionPool } from "../application/action_pool.ts";
import { ANONYMOUS, type Caller, type Authenticator } from "../application/authenticator.ts";
import type { ClientInfo } from "../application/client_calls.ts";
import { HttpExchange } from "./http_exchange.ts";
import { checkLength } from "./http_io.ts";
import { failedResponse, loggedResult } from "./http_result.ts";
import type { LogStream } from "../application/log_stream.ts";

/** The part of a path's match that decides between routes: exact first, then the longest prefix. */
function matches(route: { path: string; method: string }, path: string, method: string): number {
  if (route.method !== method) return -1;
  if (route.path === path) return Infinity;
  return route.path.endsWith("*") && path.startsWith(route.path.slice(0, -1))
    ? route.path.length
    : -1;
}

/** Methods whose body production does not pass to an action. */
const BODYLESS_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Serves the site origin with the pushed HTTP actions. */
export class Site {
  #targets: readonly HttpTarget[] = [];

  constructor(
    private readonly authenticator: Authenticator,
    private readonly actions: ActionPool,
    private readonly logs: LogStream,
  ) {}

  /** Sets the routes of the active code. */
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
    const hasBody = !BODYLESS_METHODS.has(request.method);
    if (hasBody) checkLength(request, MAX_BODY_BYTES);
    const { caller, authError } = await this.#caller(request);
    const context = { requestId: newRequestId(), identity: caller.identity, ...info, jobId: null };
    // Set as a path: resolved as a reference, one with two slashes in front would name another host.
    const inside = new URL(url);
    inside.pathname = url.pathname.slice(target.prefix.length) || "/";
    const wire = { method, url: inside.href, headers: [...request.headers], hasBody };
    const exchange = new HttpExchange(hasBody ? request.body : null, request.signal);
    const path = `${method} ${url.pathname}`;
    const running = this.#run(target.component, wire, exchange, context, authError, path);
    const head = await exchange.head;
    if (head === null) return failedResponse(await running, context.requestId);
    // A client that has the whole response finds it in the log.
    if (!head.streams) await running;
    return new Response(head.streams ? exchange.body : head.body, {
      status: head.status,
      headers: head.headers.map(([name, value]): [string, string] => [name, value]),
    });
  }

  /** Runs the action until its response was sent, and logs it. */
  async #run(
    component: string,
    wire: WireRequest,
    exchange: HttpExchange,
    context: RequestContext,
    authError: string | null,
    path: string,
  ): Promise<ActionRun> {
    const started = performance.now();
    const run = await this.actions.http(component, wire, exchange, context, authError);
    const result = loggedResult(run, exchange);
    if (result !== null) {
      this.logs.record({
        udfType: "HttpAction",
        called: { path, componentPath: "" },
        requestId: context.requestId,
        executionTime: (performance.now() - started) / 1000,
        usage: NO_DATABASE_USAGE,
        ...result,
      });
    }
    exchange.end(run.outcome.ok);
    return run;
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

  /** An invalid header does not stop the action; `getUserIdentity()` then throws. */
  async #caller(request: Request): Promise<{ caller: Caller; authError: string | null }> {
    try {
      return {
        caller: await this.authenticator.verifyHeader(request.headers.get("authorization")),
        authError: null,
      };
    } catch (error) {
      if (!(error instanceof HttpError) && !(error instanceof AuthError)) throw error;
      return { caller: ANONYMOUS, authError: messageOf(error) };
    }
  }
}
