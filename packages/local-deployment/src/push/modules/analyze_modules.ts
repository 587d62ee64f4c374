import { MAX_MODULES, MODULE_SECONDS } from "../../limits/push.ts";
import type { AnalyzedModule } from "../../engine/code/analysis.ts";
import { FunctionError } from "../../lib/errors.ts";
import type { CompiledModule } from "../../runtime/modules/compile.ts";
import type { Isolate } from "../../runtime/isolate.ts";
import type { ModuleExports } from "../../runtime/modules/script.ts";
import { analyzeFunctions } from "./analyze_functions.ts";
import { cronsOf } from "./analyze_crons.ts";
import { routesOf } from "./analyze_routes.ts";
import { failureText } from "../evaluate_file.ts";
import { moduleErrors } from "../errors/modules.ts";
import type { Timed } from "../time_limit.ts";

/** Modules that are not made of functions. */
const NOT_FUNCTIONS = new Set(["auth.config.js", "convex.config.js", "schema.js"]);

/** Whether a module is a chunk that others share. */
function isShared(path: string): boolean {
  return path.startsWith("_deps/") || path.startsWith("actions/_deps/");
}

/** Refuses a definition of too many modules. @throws PushError `InvalidModules` */
export function checkModuleCount(paths: readonly string[]): void {
  const own = paths.filter((path) => !isShared(path)).length;
  if (own > MAX_MODULES) throw moduleErrors.tooMany(own, MAX_MODULES);
}

/**
 * Evaluates a definition's isolate modules in the order of their paths, and describes what they export.
 *
 * @param takeLogs - What modules have logged since it was last asked.
 * @throws PushError
 */
export function analyzeModules(
  modules: readonly CompiledModule[],
  isolate: Isolate,
  takeLogs: () => string[],
  timed: Timed,
): Record<string, AnalyzedModule> {
  const timeoutError = moduleErrors.invalid(moduleErrors.timedOut(MODULE_SECONDS));
  const inOrder = modules
    .filter(({ path, environment }) => environment === "isolate" && !isShared(path))
    .filter(({ path }) => !NOT_FUNCTIONS.has(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Object.fromEntries(
    inOrder.map(({ path }) => [
      path,
      timed({ seconds: MODULE_SECONDS, timeoutError }, () =>
        analyzeModule(path, evaluate(path, isolate, takeLogs)),
      ),
    ]),
  );
}

function evaluate(path: string, isolate: Isolate, takeLogs: () => string[]): ModuleExports {
  takeLogs();
  try {
    return isolate.run(() => isolate.load(path));
  } catch (error) {
    // The error of a missing module does not name the module that imports it.
    if (error instanceof FunctionError) throw moduleErrors.invalid(error.message);
    throw moduleErrors.failed(path, failureText(isolate, error, takeLogs()));
  }
}

function analyzeModule(path: string, exports: ModuleExports): AnalyzedModule {
  return {
    environment: "isolate",
    functions: analyzeFunctions(path, exports),
    httpRoutes: path === "http.js" ? routesOf(exports) : null,
    cronSpecs: path === "crons.js" ? cronsOf(exports) : null,
  };
}
