import type { CompiledModule } from "../runtime/modules/compile.ts";
import { withLogs } from "../runtime/errors/failure.ts";
import { Isolate } from "../runtime/isolate.ts";
import type { IsolateHost } from "../runtime/context/host.ts";
import { ModuleScript, type ModuleExports } from "../runtime/modules/script.ts";
import { PushError } from "./errors/push_error.ts";

/** A file that was evaluated. */
export interface EvaluatedFile {
  readonly exports: ModuleExports;
  /** An error that the file's own code threw later, with production's text. */
  readonly pushFailureText: (error: unknown) => string;
}

/**
 * Evaluates a file that is no module of functions: `schema.ts`, `auth.config.ts`, `convex.config.ts`.
 *
 * @param refused - Makes the refusal from the text and stack of what the file throws.
 * @param external - Imports that lead out of the file.
 * @throws PushError
 */
export function evaluateFile(
  module: CompiledModule,
  host: IsolateHost,
  refused: (error: string) => PushError,
  external: (path: string) => ModuleExports | undefined = () => undefined,
): EvaluatedFile {
  const script = new ModuleScript(module);
  const find = (path: string) => (path === module.path ? script : undefined);
  const isolate = new Isolate().open(host, { find, external });
  try {
    const exports = isolate.run(() => isolate.load(module.path));
    return { exports, pushFailureText: (error) => failureText(isolate, error) };
  } catch (error) {
    if (error instanceof PushError) throw error;
    throw refused(failureText(isolate, error));
  }
}

/** An error with production's text in a push, with its frames, and `logs` before them. */
export function failureText(
  isolate: Isolate,
  error: unknown,
  logs: readonly string[] = [],
): string {
  return withLogs(isolate.failureOf(error), logs).trimEnd();
}
