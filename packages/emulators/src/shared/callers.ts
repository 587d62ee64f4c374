/**
 * Who may call an emulator: programs, and the pages of the origins that it was told of. Pages of any other origin are
 * refused, those of this machine too: a preview shows code that nobody has read, from a port of this machine.
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { EmulatorEnv } from "./middleware.ts";

/** What a request's headers say of who sends it. */
export interface Caller {
  method: string;
  /** The origin of the page; browsers leave it out of what they load without CORS by GET. */
  origin: string | undefined;
  /** How that page's origin relates to this one (`Sec-Fetch-Site`): browsers say it always, programs never. */
  site: string | undefined;
  /** What the request is for (`Sec-Fetch-Mode`, `Sec-Fetch-Dest`). Some programs send a mode. */
  mode: string | undefined;
  dest: string | undefined;
}

/** Reads the caller out of a request's headers. */
export function callerOf(method: string, header: (name: string) => string | undefined): Caller {
  return {
    method,
    origin: header("origin"),
    site: header("sec-fetch-site"),
    mode: header("sec-fetch-mode"),
    dest: header("sec-fetch-dest"),
  };
}

/** Whether a page of an unknown origin sends the request. `origins` are the known ones, exactly. */
export function isForeign({ origin, site }: Caller, origins: readonly string[]): boolean {
  if (origin !== undefined) return !origins.includes(origin);
  return site === "cross-site" || site === "same-site";
}

/** Whether a person goes to the address, in a window of its own. */
function isVisit({ method, mode, dest }: Caller): boolean {
  return method === "GET" && mode === "navigate" && dest === "document";
}

/** Whether the request comes from a browser, so that what answers it may become a page. */
export function isBrowser({ site, origin }: Caller): boolean {
  return site !== undefined || origin !== undefined;
}

/** The names of this machine under which an emulator answers for itself. */
function isOwnName(hostname: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** What an emulator lets pages do. */
export interface Openness {
  /** The origins whose pages may call: `http://localhost:5173`, for one. */
  origins: readonly string[];
  /** The paths of pages that people visit from anywhere, and whose forms are sent to themselves; none unless given. */
  pages?: RegExp;
}

/**
 * Refuses requests by 403, and without CORS headers: those under other names than this machine's, by which a page
 * elsewhere would reach it (DNS rebinding), and those of unknown origins' pages. No answer can be loaded into such a
 * page either, by a browser that doesn't say where a request comes from.
 */
export function knownCallersOnly({ origins, pages }: Openness): MiddlewareHandler<EmulatorEnv> {
  return async (context, next) => {
    const { hostname, origin: own, pathname } = new URL(context.req.url);
    if (!isOwnName(hostname)) {
      return context.json({ error: `${hostname} is not a name of this machine` }, 403);
    }
    const caller = callerOf(context.req.method, (name) => context.req.header(name));
    const isPage = pages?.test(pathname) === true;
    const isOwnForm = isPage && caller.mode === "navigate" && caller.origin === own;
    if (isForeign(caller, origins) && !isOwnForm && !(isPage && isVisit(caller))) {
      const error = `pages of ${caller.origin ?? "other origins"} may not call this emulator`;
      return context.json({ error }, 403);
    }
    context.res.headers.set("cross-origin-resource-policy", "same-origin");
    context.res.headers.set("x-content-type-options", "nosniff");
    await next();
    return undefined;
  };
}

/** Lets the pages of the known origins read the answers. */
export function readableFor(origins: readonly string[]): MiddlewareHandler<EmulatorEnv> {
  return cors({ origin: (origin) => (origins.includes(origin) ? origin : null) });
}
