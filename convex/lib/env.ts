/** The deployment's environment variables, read when they are used. */
import type { env as generated } from "../_generated/server";

type Name = keyof typeof generated;

/**
 * The variables that `convex.config.ts` declares, by name; undefined when not set. A blank one counts
 * as not set: dashboards and `.env` files keep the names of those.
 *
 * Each access reads the present `process.env`. Convex's Node executor puts a new object there at
 * every call, while modules that several entry points share stay loaded: the generated `env`, which
 * is such a module's, is the first call's for as long as the process lives. So read variables inside
 * functions, never while a module loads. Lint holds `convex/` to both.
 */
export const env: Readonly<Record<Name, string | undefined>> = new Proxy(
  // Nothing is ever in the target: the handler answers every name.
  Object.freeze({}) as Record<Name, string | undefined>,
  { get: (_target, name) => (typeof name === "string" ? read(name) : undefined) },
);

function read(name: string): string | undefined {
  // eslint-disable-next-line @convex-dev/no-process-env -- this is the one place that reads it
  const value = process.env[name];
  // Convex's own runtime answers `inspect`, for the console, with a function.
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
