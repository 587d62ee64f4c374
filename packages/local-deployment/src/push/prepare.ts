import type { NodeAnalysis } from "../actions/runners/node_analysis.ts";
import type {
  AnalyzedModule,
  AuthProvider,
  Definition,
  DefinitionMetadata,
  Schema,
} from "../engine/code/analysis.ts";
import type { PreparedPush } from "../engine/code/activate_push.ts";
import { urlVariables } from "../engine/code/variables.ts";
import type { CompiledModule, PushedModule } from "../runtime/modules/compile.ts";
import { Isolate } from "../runtime/isolate.ts";
import { ModuleScript } from "../runtime/modules/script.ts";
import { checkCronTargets } from "./modules/analyze_crons.ts";
import { analyzeModules, checkModuleCount } from "./modules/analyze_modules.ts";
import { analyzeNodeModules } from "./modules/analyze_node.ts";
import { AUTH_EXPLANATIONS, evaluateAuthConfig } from "./auth_config.ts";
import { mountComponents } from "./components/component_tree.ts";
import { checkDeclarations } from "./components/definition_rules.ts";
import { evaluateDefinitions, type DefinitionSource } from "./components/definitions.ts";
import { PushError } from "./errors/push_error.ts";
import { importHosts, refusedVariable, type ImportHosts } from "./import_hosts.ts";
import { checkPackageSize } from "./package_size.ts";
import { compileDefinitions, pushedFiles, type CompiledDefinition } from "./pushed_modules.ts";
import { moduleErrors } from "./errors/modules.ts";
import { checkRequest, type StartPushRequest } from "./request.ts";
import { evaluateSchema } from "./schema/schema.ts";
import { timedBy, type Evaluating, type Timed } from "./time_limit.ts";
import { typecheckComponents } from "./components/typecheck.ts";

/** What a push is evaluated with. */
export interface PushContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly urls: { readonly cloud: string; readonly site: string };
  /** Ids of the components that were ever mounted, by path. */
  readonly componentIds: readonly (readonly [string, string])[];
  /** The app's modules as last pushed. */
  readonly pushed: readonly CompiledModule[];
}

/** Imports an app's Node modules in Node, with these variables. */
export type AnalyzeNode = (
  modules: readonly PushedModule[],
  env: Readonly<Record<string, string>>,
) => Promise<NodeAnalysis>;

/** What watches and serves the evaluation of a push. */
export interface PushHost {
  /** Called when everything is compiled: from then on the push's own code runs. */
  readonly compiled: () => Promise<void>;
  /** Called with each file's time limit. */
  readonly evaluating: Evaluating;
  readonly analyzeNode: AnalyzeNode;
}

/**
 * Evaluates a push without changing anything, in production's order
 * (crates/application/src/deploy_config.rs, `start_push`): of several faults, the first one there is
 * reported.
 *
 * @throws PushError when it is refused
 */
export async function preparePush(
  request: StartPushRequest,
  context: PushContext,
  host: PushHost,
): Promise<PreparedPush> {
  checkRequest(request);
  if (request.nodeDependencies.length > 0) {
    throw moduleErrors.nodeDependencies(request.nodeDependencies.map((d) => d.name).join(", "));
  }
  try {
    return await evaluatePush(request, context, {
      ...host,
      evaluating: (limit) => {
        host.evaluating(
          limit && { ...limit, timeoutError: limit.timeoutError.reworded(whilePushing) },
        );
      },
    });
  } catch (error) {
    throw error instanceof PushError ? error.reworded(whilePushing) : error;
  }
}

const whilePushing = (message: string) => `Hit an error while pushing:\n${message}`;

async function evaluatePush(
  request: StartPushRequest,
  context: PushContext,
  host: PushHost,
): Promise<PreparedPush> {
  const timed = timedBy(host.evaluating);
  const now = Date.now();
  const urls = urlVariables(context.urls);
  const env: Record<string, string> = { ...urls, ...context.environment };
  const appHosts = importHosts(env, (name) => env[name], now);
  // A component's own variables are known per mount only.
  const componentHosts = importHosts(urls, refusedVariable, now);

  const files = pushedFiles(request, context.pushed);
  checkPackageSize(
    Object.values(files).flatMap(({ modules, schema, definition }) => [
      ...modules,
      ...[schema, definition].filter((file) => file !== null),
    ]),
  );
  const compiled = await compileDefinitions(files);
  await host.compiled();

  const definitions: Record<string, Omit<Definition, "metadata">> = {};
  const modules: Record<string, readonly CompiledModule[]> = {};
  let auth: readonly AuthProvider[] = [];
  for (const [path, definition] of Object.entries(compiled)) {
    const hosts = path === "" ? appHosts : componentHosts;
    checkModuleCount((files[path]?.modules ?? []).map((module) => module.path));
    const own = await definition.modules;
    modules[path] = own;
    const analyzed = await analyze(own, hosts, timed, (inNode) => host.analyzeNode(inNode, env));
    const authConfig = own.find((module) => module.path === "auth.config.js");
    if (path === "" && authConfig !== undefined) {
      auth = evaluateAuthConfig(authConfig, hosts, timed, AUTH_EXPLANATIONS.pushed);
    }
    const schema = await evaluatedSchema(definition, hosts, timed);
    definitions[path] = { schema, modules: analyzed };
  }
  const metadata = evaluateDefinitions(
    await definitionSources(request, compiled),
    (path) => (path === "" ? appHosts : componentHosts),
    timed,
  );
  const described = describe(metadata, definitions);
  const inOrder = [...metadata.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const one of inOrder) checkDeclarations(one);
  typecheckComponents(described, request.forCodegen);
  const { environment, componentIds } = context;
  return {
    id: crypto.randomUUID(),
    definitions: described,
    modules,
    components: mountComponents(described, environment, new Map(componentIds)),
    auth,
    environment,
  };
}

async function analyze(
  modules: readonly CompiledModule[],
  hosts: ImportHosts,
  timed: Timed,
  analyzeNode: (modules: readonly PushedModule[]) => Promise<NodeAnalysis>,
): Promise<Definition["modules"]> {
  const scripts = new Map(
    modules
      .filter(({ environment }) => environment === "isolate")
      .map((module) => [module.path, new ModuleScript(module)] as const),
  );
  const isolate = new Isolate().open(hosts.modules, { find: (path) => scripts.get(path) });
  const inIsolate = analyzeModules(modules, isolate, hosts.takeLogs, timed);
  const nodeModules = modules.filter(({ environment }) => environment === "node");
  const inNode = nodeModules.length === 0 ? {} : analyzeNodeModules(await analyzeNode(nodeModules));
  const analyzed: Record<string, AnalyzedModule> = { ...inIsolate, ...inNode };
  checkCronTargets(analyzed);
  return analyzed;
}

async function evaluatedSchema(
  { schema }: CompiledDefinition,
  hosts: ImportHosts,
  timed: Timed,
): Promise<Schema | null> {
  return schema === null ? null : evaluateSchema(await schema, hosts, timed);
}

async function definitionSources(
  request: StartPushRequest,
  compiled: Readonly<Record<string, CompiledDefinition>>,
): Promise<DefinitionSource[]> {
  const source = async (path: string, dependencies: readonly string[]) => ({
    path,
    dependencies,
    module: (await compiled[path]?.definition) ?? null,
  });
  return Promise.all([
    source("", request.appDefinition.dependencies),
    ...request.componentDefinitions.map((c) => source(c.definitionPath, c.dependencies)),
  ]);
}

function describe(
  metadata: ReadonlyMap<string, DefinitionMetadata>,
  definitions: Readonly<Record<string, Omit<Definition, "metadata">>>,
): Record<string, Definition> {
  return Object.fromEntries(
    [...metadata].map(([path, meta]) => [
      path,
      { schema: null, modules: {}, ...definitions[path], metadata: meta },
    ]),
  );
}
