import type { Definition, DefinitionMetadata, Schema } from "../engine/analysis.ts";
import { buildComponents, flatten } from "../engine/components.ts";
import type { PreparedPush } from "../engine/push.ts";
import type { CompiledModule, PushedModule } from "../runtime/compile.ts";
import { ModuleLoader } from "../runtime/loader.ts";
import { registerSourceMap } from "../runtime/stack.ts";
import { analyzeModules, checkModuleCount } from "./analyze_modules.ts";
import { evaluateAuthConfig } from "./auth_config.ts";
import { checkDeclarations } from "./definition_rules.ts";
import { evaluateDefinitions, type DefinitionSource } from "./definitions.ts";
import { PushError } from "./errors.ts";
import { importScopes, type ImportScopes } from "./import_scopes.ts";
import { checkPackageSize } from "./package_size.ts";
import { appModules, compileAll, compileFile } from "./pushed_modules.ts";
import { definitionRefusals } from "./refusals/definitions.ts";
import { moduleRefusals } from "./refusals/modules.ts";
import { schemaRefusals } from "./refusals/schema.ts";
import { checkRequest, type StartPushRequest } from "./request.ts";
import { evaluateSchema } from "./schema.ts";
import { typecheckComponents } from "./typecheck.ts";

/** What a push is evaluated with. */
export interface PushContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly urls: { readonly cloud: string; readonly site: string };
  /** Ids of the components that were ever mounted, by path. */
  readonly componentIds: readonly (readonly [string, string])[];
  /** The app's modules as last pushed. */
  readonly pushed: readonly CompiledModule[];
}

/** Production's limits on a file's evaluation, in seconds of user time (crates/common/src/knobs.rs). */
const MODULE_SECONDS = 4;
const FILE_SECONDS = 1;
/** crates/database/src/bootstrap_model/table.rs, `MAX_USER_TABLES` */
const MAX_TABLES = 10_000;

/** Told of each file before it is evaluated, by the seconds that production gives it, and after it by null. */
export type Evaluating = (seconds: number | null) => void;

/**
 * Evaluates a push without changing anything, in production's order
 * (crates/application/src/deploy_config.rs, `start_push`): of several faults, the first one there is
 * the one that is told.
 *
 * @throws PushError when it is refused
 */
export async function preparePush(
  request: StartPushRequest,
  context: PushContext,
  evaluating: Evaluating,
): Promise<PreparedPush> {
  checkRequest(request);
  if (request.nodeDependencies.length > 0) {
    throw moduleRefusals.nodeDependencies(request.nodeDependencies.map((d) => d.name).join(", "));
  }
  try {
    return await evaluatePush(request, context, timedBy(evaluating));
  } catch (error) {
    if (!(error instanceof PushError)) throw error;
    throw error.wrapped((message) => `Hit an error while pushing:\n${message}`);
  }
}

/** Runs an evaluation that may not end. */
type Timed = <Result>(seconds: number, work: () => Result) => Result;

function timedBy(evaluating: Evaluating): Timed {
  return (seconds, work) => {
    evaluating(seconds);
    try {
      return work();
    } finally {
      evaluating(null);
    }
  };
}

async function evaluatePush(
  request: StartPushRequest,
  context: PushContext,
  timed: Timed,
): Promise<PreparedPush> {
  const { appDefinition: app, componentDefinitions: components } = request;
  const urls = { CONVEX_CLOUD_URL: context.urls.cloud, CONVEX_SITE_URL: context.urls.site };
  const now = Date.now();
  const env: Record<string, string> = { ...urls, ...context.environment };
  const appScopes = importScopes(env, (name) => env[name], now);
  // A component's own variables are known per mount only.
  const componentScopes = importScopes(urls, refuseVariables, now);
  const scopesFor = (path: string) => (path === "" ? appScopes : componentScopes);

  const appSources = appModules(request, context.pushed);
  checkPackageSize([
    ...appSources,
    ...[app.definition, app.schema].filter((file) => file !== null),
    ...components.flatMap((c) => [...c.functions, c.definition, ...(c.schema ? [c.schema] : [])]),
  ]);
  checkModuleCount(appSources.map(({ path }) => path));
  const modules: Record<string, CompiledModule[]> = { "": await compileAll(appSources) };
  const analyzed = { "": analyze(modules[""] ?? [], appScopes, timed) };
  const authModule = modules[""]?.find(({ path }) => path === "auth.config.js");
  const auth = timed(FILE_SECONDS, () => evaluateAuthConfig(authModule, appScopes));

  const schemas = { "": await schemaOf(app.schema, appScopes, timed) };
  for (const { definitionPath: path, functions, schema } of components) {
    checkModuleCount(functions.map((module) => module.path));
    modules[path] = await compileAll(functions);
    Object.assign(analyzed, { [path]: analyze(modules[path], componentScopes, timed) });
    Object.assign(schemas, { [path]: await schemaOf(schema, componentScopes, timed) });
  }
  const metadata = evaluateDefinitions(await definitionSources(request), scopesFor, (work) =>
    timed(FILE_SECONDS, work),
  );
  const definitions = collect(metadata, analyzed, schemas);
  for (const meta of inOrder(metadata)) checkDeclarations(meta);
  typecheckComponents(definitions, request.forCodegen);
  const root = buildTree(definitions, context);
  checkTableCount(definitions, root);
  return {
    id: crypto.randomUUID(),
    definitions,
    modules,
    components: flatten(root).map(({ id, path, definition }) => ({ id, path, definition })),
    auth,
    environment: context.environment,
  };
}

function analyze(
  modules: readonly CompiledModule[],
  scopes: ImportScopes,
  timed: Timed,
): Definition["modules"] {
  const loader = new ModuleLoader(
    (wanted) => {
      const module = modules.find((m) => m.path === wanted);
      if (module !== undefined) registerSourceMap(wanted, module.compiled);
      return module;
    },
    (environment) => scopes[environment],
  );
  return analyzeModules(modules, loader, scopes.takeLogs, (work) => timed(MODULE_SECONDS, work));
}

async function schemaOf(
  module: PushedModule | null,
  scopes: ImportScopes,
  timed: Timed,
): Promise<Schema | null> {
  if (module === null) return null;
  const compiled = await compileFile(module, (_path, error) =>
    schemaRefusals.invalid(`Hit an error while evaluating your schema:\n${error}\n`),
  );
  return timed(FILE_SECONDS, () => evaluateSchema(compiled, scopes));
}

async function definitionSources(request: StartPushRequest): Promise<DefinitionSource[]> {
  const { appDefinition: app, componentDefinitions: components } = request;
  const compiled = (module: PushedModule) =>
    compileFile(module, (_path, error) => definitionRefusals.failed(error));
  return Promise.all([
    (async () => ({
      path: "",
      dependencies: app.dependencies,
      module: app.definition === null ? null : await compiled(app.definition),
    }))(),
    ...components.map(async ({ definitionPath, dependencies, definition }) => ({
      path: definitionPath,
      dependencies,
      module: await compiled(definition),
    })),
  ]);
}

function collect(
  metadata: ReadonlyMap<string, DefinitionMetadata>,
  analyzed: Readonly<Record<string, Definition["modules"]>>,
  schemas: Readonly<Record<string, Schema | null>>,
): Record<string, Definition> {
  return Object.fromEntries(
    [...metadata].map(([path, meta]) => [
      path,
      { metadata: meta, schema: schemas[path] ?? null, modules: analyzed[path] ?? {} },
    ]),
  );
}

function inOrder(metadata: ReadonlyMap<string, DefinitionMetadata>): DefinitionMetadata[] {
  return [...metadata.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** @returns undefined never: a component's `convex.config.ts` has no variables */
function refuseVariables(): never {
  throw new Error(
    "Environment variables are only supported in the app's convex.config.ts. Learn more at " +
      "https://docs.convex.dev/components/authoring#environment-variables",
  );
}

type Tree = ReturnType<typeof buildComponents>;

function buildTree(definitions: Readonly<Record<string, Definition>>, context: PushContext): Tree {
  const ids = new Map(context.componentIds);
  return buildComponents(new Map(Object.entries(definitions)), context.environment, (path) => {
    if (path === "") return "";
    return ids.get(path) ?? crypto.randomUUID().replaceAll("-", "");
  });
}

function checkTableCount(definitions: Readonly<Record<string, Definition>>, root: Tree): void {
  const counts = flatten(root).map(
    ({ definition }) => definitions[definition]?.schema?.tables.length ?? 0,
  );
  const tables = counts.reduce((total, count) => total + count, 0);
  if (tables > MAX_TABLES) throw schemaRefusals.tooManyTables(MAX_TABLES);
}
