import { z } from "zod";
import { compileModule, type CompiledModule, type PushedModule } from "../runtime/compile.ts";
import type { PushError } from "./errors.ts";
import { moduleRefusals } from "./refusals/modules.ts";
import type { StartPushRequest } from "./request.ts";

/**
 * The app's modules: the changed ones, and of the last push those that the CLI says are the same.
 *
 * @param pushed - The app's modules as last pushed.
 * @throws PushError with status 409 when the deployment has other ones than the CLI believes
 */
export function appModules(
  { appDefinition }: StartPushRequest,
  pushed: readonly CompiledModule[],
): (PushedModule | CompiledModule)[] {
  const kept = appDefinition.unchangedModuleHashes.map(({ path, sha256, environment }) => {
    const module = pushed.find((candidate) => candidate.path === path);
    if (module === undefined) throw moduleRefusals.missingModule();
    if (module.hash !== sha256) throw moduleRefusals.otherHash();
    if (module.environment !== environment) throw moduleRefusals.otherEnvironment();
    return module;
  });
  return [...kept, ...appDefinition.changedModules];
}

/** Compiles modules that are not compiled yet. @throws PushError `InvalidModules` */
export async function compileAll(
  modules: readonly (PushedModule | CompiledModule)[],
): Promise<CompiledModule[]> {
  const refused = (path: string, error: string) => moduleRefusals.failed(path, error);
  return Promise.all(
    modules.map(async (module) =>
      "compiled" in module ? module : await compileFile(module, refused),
    ),
  );
}

/** Compiles one file. @throws PushError as `refused` makes it, when it can't be read */
export async function compileFile(
  module: PushedModule,
  refused: (path: string, error: string) => PushError,
): Promise<CompiledModule> {
  try {
    return await compileModule(module);
  } catch (error) {
    const text = firstText(error);
    // The module becomes the body of a function, in which it would be no error that V8 knows.
    const isAwait = module.environment === "isolate" && text.startsWith("Top-level await");
    throw refused(
      module.path,
      isAwait ? moduleRefusals.topLevelAwait : `Uncaught SyntaxError: ${text}`,
    );
  }
}

/** esbuild's first message; V8's words for the same fault are not known here. */
function firstText(error: unknown): string {
  const parsed = z.object({ errors: z.array(z.object({ text: z.string() })) }).safeParse(error);
  return parsed.data?.errors[0]?.text ?? String(error);
}
