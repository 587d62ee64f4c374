import type { AnalyzedModule } from "../engine/analysis.ts";
import { FunctionError } from "../errors.ts";
import type { CompiledModule } from "../runtime/compile.ts";
import type { ModuleExports, ModuleLoader } from "../runtime/loader.ts";
import { analyzeFunctions } from "./analyze_functions.ts";
import { checkCronTargets, cronsOf } from "./analyze_crons.ts";
import { routesOf } from "./analyze_routes.ts";
import { failureText } from "./evaluate_file.ts";
import { moduleRefusals } from "./refusals/modules.ts";

/** Modules that are not made of functions. */
const NOT_FUNCTIONS = new Set(["auth.config.js", "convex.config.js", "schema.js"]);
/** crates/common/src/knobs.rs, `MAX_USER_MODULES`: chunks that modules share don't count. */
const MAX_MODULES = 4_096;

/** Whether a module is a chunk that others share. */
function isShared(path: string): boolean {
  return path.startsWith("_deps/") || path.startsWith("actions/_deps/");
}

/** Refuses a definition of too many modules. @throws PushError `InvalidModules` */
export function checkModuleCount(paths: readonly string[]): void {
  const own = paths.filter((path) => !isShared(path)).length;
  if (own > MAX_MODULES) throw moduleRefusals.tooMany(own, MAX_MODULES);
}

/**
 * Evaluates a definition's modules and describes what they export: those of the isolate first, then
 * Node's, and the crons when all functions are known.
 *
 * @param takeLogs - What modules have logged since it was last asked.
 * @param timed - Runs the evaluation of one module, which may not end.
 * @throws PushError
 */
export function analyzeModules(
  modules: readonly CompiledModule[],
  loader: ModuleLoader,
  takeLogs: () => string[],
  timed: <Result>(work: () => Result) => Result,
): Record<string, AnalyzedModule> {
  const analyzed: Record<string, AnalyzedModule> = {};
  const inOrder = modules
    .filter(({ path }) => !NOT_FUNCTIONS.has(path) && !isShared(path))
    .toSorted((a, b) =>
      a.environment === b.environment
        ? a.path < b.path
          ? -1
          : 1
        : a.environment === "isolate"
          ? -1
          : 1,
    );
  for (const module of inOrder) {
    analyzed[module.path] = timed(() => analyzeModule(module, evaluate(module, loader, takeLogs)));
  }
  checkCronTargets(analyzed);
  return analyzed;
}

function evaluate(
  { path }: CompiledModule,
  loader: ModuleLoader,
  takeLogs: () => string[],
): ModuleExports {
  takeLogs();
  try {
    return loader.load(path);
  } catch (error) {
    // A module that isn't there is told without the one that imports it.
    if (error instanceof FunctionError) throw moduleRefusals.invalid(error.message);
    throw moduleRefusals.failed(path, failureText(error, takeLogs()));
  }
}

function analyzeModule(module: CompiledModule, exports: ModuleExports): AnalyzedModule {
  const { path, environment } = module;
  return {
    environment,
    functions: analyzeFunctions(path, environment, exports),
    httpRoutes: path === "http.js" ? routesOf(exports) : null,
    cronSpecs: path === "crons.js" ? cronsOf(exports) : null,
  };
}
