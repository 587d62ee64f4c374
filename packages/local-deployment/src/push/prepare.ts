import type { Definition, DefinitionMetadata } from "../engine/analysis.ts";
import { buildComponents, flatten, type Component } from "../engine/components.ts";
import type { PreparedPush } from "../engine/push.ts";
import { compileModule, type CompiledModule, type PushedModule } from "../runtime/compile.ts";
import { createConsole } from "../runtime/console.ts";
import { createScope, type Overrides, type Scope } from "../runtime/globals.ts";
import { ModuleLoader } from "../runtime/loader.ts";
import { registerSourceMap } from "../runtime/stack.ts";
import { analyzeModules } from "./analyze_modules.ts";
import { evaluateAuthConfig, strictEnv } from "./auth_config.ts";
import { evaluateDefinitions, evaluateSchema } from "./definitions.ts";
import { checkDeclaredEnvironment, urlVariables } from "./environment.ts";
import { PushError } from "./errors.ts";
import type { NodeExports } from "./node_modules.ts";
import type { StartPushRequest } from "./request.ts";

/** What a push is evaluated with. */
export interface PushContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly urls: { readonly cloud: string; readonly site: string };
  /** Ids of the components that were ever mounted, by path. */
  readonly componentIds: readonly (readonly [string, string])[];
  /** The app's modules as last pushed. */
  readonly pushed: readonly CompiledModule[];
  /** What the push's Node modules export. */
  readonly nodeExports: NodeExports;
}

/**
 * Evaluates a push without changing anything.
 *
 * @param compiled - Called when everything is compiled: from then on the push's own code runs.
 * @throws PushError when it is refused
 */
export async function preparePush(
  request: StartPushRequest,
  context: PushContext,
  compiled: () => Promise<void>,
): Promise<PreparedPush> {
  if (request.nodeDependencies.length > 0) {
    throw new PushError(
      "NodeDependenciesUnsupported",
      `External Node packages (${request.nodeDependencies.map((d) => d.name).join(", ")}) are not in the local deployment: leave \`externalPackages\` out of convex.json, so that they are bundled.`,
    );
  }
  const app = request.appDefinition;
  const modules = new Map<string, readonly CompiledModule[]>();
  modules.set("", await appModules(request, context.pushed));
  for (const component of request.componentDefinitions) {
    modules.set(component.definitionPath, await compileAll(component.functions));
  }
  const sources = [
    { path: "", dependencies: app.dependencies, module: await compileOne(app.definition) },
    ...(await Promise.all(
      request.componentDefinitions.map(async (c) => ({
        path: c.definitionPath,
        dependencies: c.dependencies,
        module: await compileModule(c.definition),
      })),
    )),
  ];
  const schemas = new Map([["", await compileOne(app.schema)]]);
  for (const { definitionPath, schema } of request.componentDefinitions) {
    schemas.set(definitionPath, await compileOne(schema));
  }
  await compiled();
  const env = { ...context.environment, ...urlVariables(context.urls) };
  const metadata = evaluateDefinitions(sources, scopeWith(env));
  const definitions: Record<string, Definition> = {};
  for (const [path, meta] of metadata) {
    definitions[path] = analyzeDefinition(
      path,
      meta,
      modules.get(path) ?? [],
      schemas.get(path) ?? null,
      env,
      path === "" ? context.nodeExports : {},
    );
  }
  const root = componentTree(definitions, context);
  return {
    id: crypto.randomUUID(),
    definitions,
    modules: Object.fromEntries(modules),
    components: flatten(root).map(({ id, path, definition }) => ({ id, path, definition })),
    auth: evaluateAuthConfig(modules.get("") ?? [], scopeWith(strictEnv(env))),
    environment: context.environment,
  };
}

function analyzeDefinition(
  path: string,
  metadata: DefinitionMetadata,
  modules: readonly CompiledModule[],
  schema: CompiledModule | null,
  env: Record<string, string>,
  nodeExports: NodeExports,
): Definition {
  // A component's own variables are known per mount only.
  const scope = scopeWith(path === "" ? env : {});
  const loader = new ModuleLoader((wanted) => {
    const module = modules.find((m) => m.path === wanted);
    if (module !== undefined) registerSourceMap(wanted, module.compiled);
    return module;
  }, scope);
  return {
    metadata,
    schema: schema === null ? null : evaluateSchema(schema, scope),
    modules: analyzeModules(modules, loader, nodeExports),
  };
}

function componentTree(
  definitions: Readonly<Record<string, Definition>>,
  context: PushContext,
): Component {
  const ids = new Map(context.componentIds);
  const root = buildComponents(
    new Map(Object.entries(definitions)),
    context.environment,
    (path) => {
      if (path === "") return "";
      return ids.get(path) ?? crypto.randomUUID().replaceAll("-", "");
    },
  );
  for (const component of flatten(root)) {
    const definition = definitions[component.definition];
    if (definition !== undefined) checkDeclaredEnvironment(definition.metadata, component.env);
  }
  return root;
}

/** The app's modules: the changed ones, and of the last push those that the CLI says are the same. */
async function appModules(
  { appDefinition }: StartPushRequest,
  pushed: readonly CompiledModule[],
): Promise<CompiledModule[]> {
  const kept = appDefinition.unchangedModuleHashes.map(({ path, sha256 }) => {
    const module = pushed.find((m) => m.path === path && m.hash === sha256);
    if (module === undefined) {
      throw new PushError(
        "RaceDetected",
        `Module ${path} has changed on the deployment since this push began.`,
      );
    }
    return module;
  });
  return [...kept, ...(await compileAll(appDefinition.changedModules))];
}

async function compileAll(modules: readonly PushedModule[]): Promise<CompiledModule[]> {
  return Promise.all(modules.map(compileSafely));
}

async function compileOne(module: PushedModule | null): Promise<CompiledModule | null> {
  return module === null ? null : compileSafely(module);
}

async function compileSafely(module: PushedModule): Promise<CompiledModule> {
  try {
    return await compileModule(module);
  } catch (error) {
    throw new PushError("InvalidModule", `Failed to compile ${module.path}: ${String(error)}`);
  }
}

/** Globals while modules are imported: nothing that reaches out, and no database. */
function scopeWith(env: Record<string, string>): Scope {
  const overrides: Overrides = {
    process: { env },
    console: createConsole(() => undefined),
    Convex: undefined,
  };
  return createScope(overrides);
}
