import type { JSONValue } from "convex/values";
import type { AnalyzedFunction, AnalyzedModule, CronSpec, UdfType } from "../engine/analysis.ts";
import { nextRun } from "../engine/crons.ts";
import { messageOf } from "../errors.ts";
import { failureOf } from "../runtime/failure.ts";
import type { CompiledModule } from "../runtime/compile.ts";
import { isCronJobs, isRegisteredFunction, isRouter } from "../runtime/convex_exports.ts";
import type { NodeExport } from "../actions/protocol.ts";
import type { ModuleExports, ModuleLoader } from "../runtime/loader.ts";
import { parseWellFormedJson } from "../values/json_text.ts";
import { PushError } from "./errors.ts";
import type { NodeExports } from "./node_modules.ts";

/** Modules that are not made of functions. */
const NOT_FUNCTIONS = new Set(["auth.config.js", "convex.config.js", "schema.js"]);
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/**
 * Evaluates a definition's modules and describes what they export. @throws PushError
 * @param nodeExports what those that run in Node export: they were evaluated there
 */
export function analyzeModules(
  modules: readonly CompiledModule[],
  loader: ModuleLoader,
  nodeExports: NodeExports,
): Record<string, AnalyzedModule> {
  const analyzed: Record<string, AnalyzedModule> = {};
  for (const module of modules) {
    if (NOT_FUNCTIONS.has(module.path) || module.path.startsWith("_deps/")) continue;
    analyzed[module.path] =
      module.environment === "node"
        ? analyzeNodeModule(module.path, nodeExports[module.path] ?? [])
        : analyzeModule(module, evaluate(module, loader));
  }
  return analyzed;
}

/** @throws PushError that names the module and carries the mapped stack */
export function evaluate(
  module: Pick<CompiledModule, "path">,
  loader: ModuleLoader,
): ModuleExports {
  try {
    return loader.load(module.path);
  } catch (error) {
    throw new PushError(
      "InvalidModule",
      `Failed to analyze ${module.path}: ${failureOf(error).message}`,
    );
  }
}

function analyzeNodeModule(path: string, exports: readonly NodeExport[]): AnalyzedModule {
  const functions = exports.map(({ name, udfType, visibility, args, returns }) => {
    checkName(path, name);
    if (udfType !== "Action") {
      throw new PushError(
        "InvalidModule",
        `\`${name}\` defined in \`${path}\` is a ${udfType} function. Only actions can be defined in Node.js. See https://docs.convex.dev/functions/actions for more details.`,
      );
    }
    const kind = visibility === null ? null : { kind: visibility };
    return { name, pos: null, udfType, visibility: kind, args, returns };
  });
  return { environment: "node", functions, httpRoutes: null, cronSpecs: null };
}

function analyzeModule({ path }: CompiledModule, exports: ModuleExports): AnalyzedModule {
  const functions = Object.entries(exports).flatMap(([name, value]) => {
    const analyzed = analyzeFunction(path, name, value);
    return analyzed === null ? [] : [analyzed];
  });
  return {
    environment: "isolate",
    functions,
    httpRoutes: path === "http.js" ? routesOf(exports.default) : null,
    cronSpecs: path === "crons.js" ? cronsOf(exports.default) : null,
  };
}

function analyzeFunction(path: string, name: string, registered: unknown): AnalyzedFunction | null {
  if (!isRegisteredFunction(registered)) return null;
  const udfType: UdfType | null = registered.isQuery
    ? "Query"
    : registered.isMutation
      ? "Mutation"
      : registered.isAction
        ? "Action"
        : null;
  if (udfType === null) return null;
  checkName(path, name);
  return {
    name,
    pos: null,
    udfType,
    visibility: registered.isPublic
      ? { kind: "public" }
      : registered.isInternal
        ? { kind: "internal" }
        : null,
    args: registered.exportArgs(),
    returns: registered.exportReturns(),
  };
}

function checkName(path: string, name: string): void {
  if (IDENTIFIER.test(name)) return;
  throw new PushError("InvalidModule", `Invalid function name "${name}" in ${path}`);
}

function routesOf(router: unknown): AnalyzedModule["httpRoutes"] {
  if (!isRouter(router)) {
    throw new PushError(
      "InvalidModule",
      "The default export of `convex/http.ts` is not an HTTP router: export default the result of `httpRouter()`.",
    );
  }
  return router.getRoutes().map(([path, method]) => ({ path, method }));
}

/** Crons' arguments, too, are sent to functions. @throws PushError */
function cronsJson(text: string): JSONValue {
  try {
    return parseWellFormedJson(text);
  } catch (error) {
    throw new PushError("InvalidCrons", `convex/crons.ts can't be read: ${messageOf(error)}`);
  }
}

function cronsOf(crons: unknown): Record<string, CronSpec> {
  if (!isCronJobs(crons)) {
    throw new PushError(
      "InvalidCrons",
      "The default export of `convex/crons.ts` is not cron jobs: export default the result of `cronJobs()`.",
    );
  }
  // The convex package's own format.
  const specs = cronsJson(crons.export()) as unknown as Record<string, CronSpec>;
  for (const [name, { schedule }] of Object.entries(specs)) {
    try {
      nextRun(schedule, 0, null);
    } catch (error) {
      throw new PushError(
        "InvalidCrons",
        `The schedule of the cron "${name}" can't be read: ${messageOf(error)}`,
      );
    }
  }
  return specs;
}
