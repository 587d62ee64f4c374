import { z } from "zod";
import {
  compileModule,
  type CompiledModule,
  type PushedModule,
} from "../runtime/modules/compile.ts";
import type { PushError } from "./errors/push_error.ts";
import { definitionErrors } from "./errors/definitions.ts";
import { moduleErrors } from "./errors/modules.ts";
import { schemaErrors } from "./errors/schema.ts";
import type { StartPushRequest } from "./request.ts";

/** One definition's files, ready to run; what can't be compiled is refused where it is awaited. */
export interface CompiledDefinition {
  readonly modules: Promise<readonly CompiledModule[]>;
  readonly schema: Promise<CompiledModule> | null;
  /** `convex.config.ts` */
  readonly definition: Promise<CompiledModule> | null;
}

/** The files of one definition, as they are pushed. */
interface DefinitionFiles {
  readonly modules: readonly (PushedModule | CompiledModule)[];
  readonly schema: PushedModule | null;
  readonly definition: PushedModule | null;
}

/**
 * The files of a push: the app's and then those of its components, by their definitions' paths.
 *
 * @param pushed - The app's modules as last pushed.
 * @throws PushError with status 409 when the deployment has other ones than the CLI believes
 */
export function pushedFiles(
  request: StartPushRequest,
  pushed: readonly CompiledModule[],
): Record<string, DefinitionFiles> {
  const { schema, definition } = request.appDefinition;
  const app: DefinitionFiles = { modules: appModules(request, pushed), schema, definition };
  const components = request.componentDefinitions.map(
    ({ definitionPath, functions, ...files }) =>
      [definitionPath, { ...files, modules: functions }] as const,
  );
  return { "": app, ...Object.fromEntries(components) };
}

/** The changed modules, and of the last push those that the CLI says are the same. */
function appModules(
  { appDefinition }: StartPushRequest,
  pushed: readonly CompiledModule[],
): (PushedModule | CompiledModule)[] {
  const kept = appDefinition.unchangedModuleHashes.map(({ path, sha256, environment }) => {
    const module = pushed.find((candidate) => candidate.path === path);
    if (module === undefined) throw moduleErrors.missingModule();
    if (module.hash !== sha256) throw moduleErrors.otherHash();
    if (module.environment !== environment) throw moduleErrors.otherEnvironment();
    return module;
  });
  return [...kept, ...appDefinition.changedModules];
}

/**
 * Compiles a push's files, of each definition by its path. It rejects for none: each is refused in its
 * turn, as production does.
 */
export async function compileDefinitions(
  definitions: Readonly<Record<string, DefinitionFiles>>,
): Promise<Record<string, CompiledDefinition>> {
  const compiled = Object.fromEntries(
    Object.entries(definitions).map(([path, files]) => [path, compileDefinition(files)]),
  );
  await Promise.allSettled(
    Object.values(compiled).flatMap(({ modules, schema, definition }): Promise<unknown>[] => [
      modules,
      ...[schema, definition].filter((file) => file !== null),
    ]),
  );
  return compiled;
}

function compileDefinition({ modules, schema, definition }: DefinitionFiles): CompiledDefinition {
  return {
    modules: compileAll(modules),
    schema: schema === null ? null : compileFile(schema, refusedSchema),
    definition: definition === null ? null : compileFile(definition, definitionErrors.failed),
  };
}

const refusedSchema = (error: string) =>
  schemaErrors.invalid(`Hit an error while evaluating your schema:\n${error}\n`);

async function compileAll(
  modules: readonly (PushedModule | CompiledModule)[],
): Promise<readonly CompiledModule[]> {
  const inOrder = modules.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Promise.all(
    inOrder.map(async (module) => {
      if ("compiled" in module) return module;
      return await compileFile(module, (error) => moduleErrors.failed(module.path, error));
    }),
  );
}

async function compileFile(
  module: PushedModule,
  refused: (error: string) => PushError,
): Promise<CompiledModule> {
  try {
    return await compileModule(module);
  } catch (error) {
    const text = firstText(error);
    // The module becomes the body of a function, in which it would be no error that V8 knows.
    const isAwait = text.startsWith("Top-level await");
    throw refused(isAwait ? moduleErrors.topLevelAwait : `Uncaught SyntaxError: ${text}`);
  }
}

/** esbuild's first message; V8's words for the same fault are not known here. */
function firstText(error: unknown): string {
  const parsed = z.object({ errors: z.array(z.object({ text: z.string() })) }).safeParse(error);
  return parsed.data?.errors[0]?.text ?? String(error);
}
