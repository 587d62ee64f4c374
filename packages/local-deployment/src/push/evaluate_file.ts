import type { CompiledModule } from "../runtime/compile.ts";
import { failureOf, withLogs } from "../runtime/failure.ts";
import type { Scope } from "../runtime/globals.ts";
import { ModuleLoader, type ModuleExports } from "../runtime/loader.ts";
import { registerSourceMap } from "../runtime/stack.ts";
import { PushError } from "./errors.ts";

/**
 * Evaluates a file that is no module of functions: `schema.ts`, `auth.config.ts`, `convex.config.ts`.
 *
 * @param refused - Makes the refusal of what the file throws, told with its stack.
 * @param external - Imports that lead out of the file.
 * @throws PushError
 */
export function evaluateFile(
  module: CompiledModule,
  scope: Scope,
  refused: (error: string) => PushError,
  external?: (path: string) => ModuleExports | undefined,
): ModuleExports {
  const loader = new ModuleLoader(
    (path) => (path === module.path ? module : undefined),
    scope,
    external,
  );
  registerSourceMap(module.path, module.compiled);
  try {
    return loader.load(module.path);
  } catch (error) {
    if (error instanceof PushError) throw error;
    throw refused(failureText(error));
  }
}

/** An error as production tells it in a push, its frames included and `logs` before them. */
export function failureText(error: unknown, logs: readonly string[] = []): string {
  return withLogs(failureOf(error).message.trimEnd(), logs);
}
