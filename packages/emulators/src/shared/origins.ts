/**
 * Who may call an emulator: programs, and pages of the allowed origins. Pages of any other origin are refused, even of
 * an origin on this machine, because a preview runs unreviewed code on a port of this machine.
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { EmulatorEnv } from "./middleware.ts";

/** What a request's headers say about its sender. */
export interface RequestSource {
  method: string;
  /** The page's origin. Browsers omit it in GET requests without CORS. */
  origin: string | undefined;
  /** How the page's origin relates to the emulator's (`Sec-Fetch-Site`). Browsers always send it, programs never do. */
  site: string | undefined;
  /** What the request is for (`Sec-Fetch-Mode`, `Sec-Fetch-Dest`). Some programs send the mode. */
  mode: string | undefined;
  dest: string | undefined;
}

/** Reads a request's headers. */
export function requestSourceOf(
  method: string,
  header: (name: string) => string | undefined,
): RequestSource {
  return {
    method,
    origin: header("origin"),
    site: header("sec-fetch-site"),
    mode: header("sec-fetch-mode"),
    dest: header("sec-fetch-dest"),
  };
}

/** Whether a page sends the request whose origin is not one of `origins`. */
export function isForeignPage(
  { origin, site }: RequestSource,
  origins: readonly string[],
): boolean {
  if (origin !== undefined) return !origins.includes(origin);
  return site === "cross-site" || site === "same-site";
}

/** Whether a person opens the address in a window, and not in a frame. */
function isPageVisit({ method, mode, dest }: RequestSource): boolean {
  return method === "GET" && mode === "navigate" && dest === "document";
}

/** Whether a browser sends the request. */
export function isBrowser({ site, origin }: RequestSource): boolean {
  return site !== undefined || origin !== undefined;
}

/** Whether a host name means this machine. */
function isLoopback(hostname: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** Which pages may call an emulator. */
export interface OriginOptions {
  /** The origins whose pages may call, such as `http://localhost:5173`. */
  origins: readonly string[];
  /** The paths of the emulator's own pages: anyone may open them, and their forms may post to them. None unless given. */
  pages?: RegExp;
}

/**
 * Refuses, with 403 and without CORS headers, requests whose host is not this machine (DNS rebinding), and requests
 * from pages of other origins. The headers of every other answer keep browsers from loading it into such a page,
 * even those that don't send `Sec-Fetch-Site`.
 */
export function allowedOriginsOnly({
  origins,
  pages,
}: OriginOptions): MiddlewareHandler<EmulatorEnv> {
  return async (context, next) => {
    const { hostname, origin: own, pathname } = new URL(context.req.url);
    if (!isLoopback(hostname)) {
      return context.json({ error: `${hostname} is not a name of this machine` }, 403);
    }
    const caller = requestSourceOf(context.req.method, (name) => context.req.header(name));
    const isPage = pages?.test(pathname) === true;
    const isOwnForm = isPage && caller.mode === "navigate" && caller.origin === own;
    if (isForeignPage(caller, origins) && !isOwnForm && !(isPage && isPageVisit(caller))) {
      const error = `pages of ${caller.origin ?? "other origins"} may not call this emulator`;
      return context.json({ error }, 403);
    }
    context.res.headers.set("cross-origin-resource-policy", "same-origin");
    context.res.headers.set("x-content-type-options", "nosniff");
    await next();
    return undefined;
  };
}

/** Lets pages of these origins read the answers. */
export function corsFor(origins: readonly string[]): MiddlewareHandler<EmulatorEnv> {
  return cors({ origin: (origin) => (origins.includes(origin) ? origin : null) });
}
