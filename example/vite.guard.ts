/** Limits Vite's development server to its own page, and to the files that the page needs. */
import { existsSync, realpathSync, statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { isFileLoadingAllowed, normalizePath, type Plugin, type ResolvedConfig } from "vite";

/** Prefixes of Vite's, before a file's whole path or a module's id. */
const PREFIX = /^\/@(?:fs|id)\//;

/** Paths of Vite's own, which are no pages. One of them, `/__open-in-editor`, has an effect. */
const INTERNAL = /^\/(?:@|__)/;

/** A path that is not in its normal form; Vite and browsers send none. */
const NOT_PLAIN = /^[^/]|[%\\\0]|\/\/|\/\.{1,2}(?:\/|$)/;

/** Sent with every answer: that of a host in production should have them too. */
export const SECURITY_HEADERS = {
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin-allow-popups",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/**
 * Answers 403 to
 * - every request of a page of another origin, except a navigation to the example; so what is loaded without CORS is
 *   refused too;
 * - requests for files outside of `server.fs.allow`, after symbolic links are resolved. Vite itself checks the path only.
 */
export function ownPageOnly(): Plugin {
  return {
    name: "own-page-only",
    configureServer({ config, middlewares }) {
      middlewares.use((request, response, next) => {
        const refusal = refusalOf(request, config);
        if (refusal !== null) {
          response.writeHead(403, { "content-type": "text/plain" }).end(refusal);
          return;
        }
        for (const [name, value] of Object.entries(SECURITY_HEADERS))
          response.setHeader(name, value);
        next();
      });
    },
  };
}

function refusalOf(request: IncomingMessage, config: ResolvedConfig): string | null {
  const path = pathOf(request.url ?? "");
  if (path === null) return "This is no path of the example's.";
  if (isForeign(request) && !isVisit(request, path)) {
    return "The example answers its own page alone.";
  }
  const isEachServed = filesAt(path, config).every((file) => isServed(file, config));
  return isEachServed ? null : "This file is not the example's.";
}

/** The decoded path; null for one that is not in its normal form. */
function pathOf(url: string): string | null {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ""));
    return NOT_PLAIN.test(path) ? null : path;
  } catch {
    return null; // malformed escapes
  }
}

/** Whether a page of another origin sends the request. Programs send neither of these headers. */
function isForeign({ headers }: IncomingMessage): boolean {
  const { origin, host, "sec-fetch-site": site } = headers;
  if (origin !== undefined) return !URL.canParse(origin) || new URL(origin).host !== host;
  return site === "cross-site" || site === "same-site";
}

/** A navigation of a window, such as the return from Stripe's pages. */
function isVisit({ method, headers }: IncomingMessage, path: string): boolean {
  const { origin, "sec-fetch-mode": mode, "sec-fetch-dest": dest } = headers;
  const isGoing = mode === "navigate" && dest === "document";
  return method === "GET" && origin === undefined && isGoing && !INTERNAL.test(path);
}

/** The files that Vite may serve for a path; none where it generates the answer. */
function filesAt(path: string, { root, publicDir }: ResolvedConfig): string[] {
  const name = path.replace(PREFIX, "/").replace(/\/$/, "");
  return [name, join(root, name), join(publicDir, name)].filter(isFile);
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // a name that no file can have
  }
}

function isServed(file: string, config: ResolvedConfig): boolean {
  const real = realpathSync(file);
  return isFileLoadingAllowed(config, normalizePath(real)) || isBundled(real, config);
}

/** Whether it is one of the dependencies that Vite has bundled into its cache. */
function isBundled(file: string, { cacheDir }: ResolvedConfig): boolean {
  return existsSync(cacheDir) && file.startsWith(join(realpathSync(cacheDir), "deps"));
}
