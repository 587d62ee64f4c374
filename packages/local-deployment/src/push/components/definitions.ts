import { FILE_SECONDS } from "../../limits/push.ts";
import { z } from "zod";
import type { DefinitionMetadata } from "../../engine/code/analysis.ts";
import type { CompiledModule } from "../../runtime/modules/compile.ts";
import { hasProperties } from "../../runtime/modules/convex_exports.ts";
import type { ModuleExports } from "../../runtime/modules/script.ts";
import { checkDefinition } from "./definition_rules.ts";
import { evaluateFile, type EvaluatedFile } from "../evaluate_file.ts";
import type { ImportHosts } from "../import_hosts.ts";
import { definitionErrors } from "../errors/definitions.ts";
import { moduleErrors } from "../errors/modules.ts";
import type { Timed } from "../time_limit.ts";

/** A component definition's `convex.config.ts`, to be evaluated after those it depends on. */
export interface DefinitionSource {
  readonly path: string;
  readonly dependencies: readonly string[];
  readonly module: CompiledModule | null;
}

const binding = z.union([
  z.object({ type: z.literal("value"), value: z.string() }),
  z.object({ type: z.literal("envVar"), name: z.string() }),
]);
const exportedDefinition = z.object({
  definitionType: z.union([
    z.object({ type: z.literal("app") }),
    z.object({ type: z.literal("childComponent"), name: z.string() }),
  ]),
  childComponents: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      env: z.array(z.tuple([z.string(), binding])).nullish(),
    }),
  ),
  httpMounts: z.record(z.string(), z.string()).default({}),
  httpPrefix: z.string().nullish(),
  envVars: z
    .array(
      z.tuple([
        z.string(),
        z.object({ type: z.literal("value"), value: z.string(), optional: z.boolean().optional() }),
      ]),
    )
    .optional(),
});

/** An app without a `convex.config.ts`. */
const PLAIN_APP: DefinitionMetadata = {
  path: "",
  definitionType: { type: "app" },
  childComponents: [],
  httpMounts: {},
};

/** Prefix under which a definition imports those it uses (convex/src/cli/lib/components/definition). */
const DEPENDENCY = "_componentDeps/";

/** Evaluates every definition, dependencies first. @throws PushError, also for a cycle */
export function evaluateDefinitions(
  sources: readonly DefinitionSource[],
  hostsFor: (path: string) => ImportHosts,
  timed: Timed,
): Map<string, DefinitionMetadata> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Map<string, DefinitionMetadata>();
  const visiting = new Set<string>();
  const timeoutError = definitionErrors.failed(moduleErrors.timedOut(FILE_SECONDS));
  const visit = (path: string): DefinitionMetadata => {
    const finished = done.get(path);
    if (finished !== undefined) return finished;
    const source = byPath.get(path);
    if (source === undefined) {
      throw definitionErrors.invalid(`Component definition ${path} was not pushed.`);
    }
    if (visiting.has(path)) throw definitionErrors.cycle();
    visiting.add(path);
    for (const dependency of source.dependencies) visit(dependency);
    visiting.delete(path);
    const { module } = source;
    const metadata =
      module === null
        ? PLAIN_APP
        : timed({ seconds: FILE_SECONDS, timeoutError }, () =>
            evaluateDefinition(module, path, hostsFor(path), done),
          );
    done.set(path, metadata);
    return metadata;
  };
  for (const source of sources) visit(source.path);
  return done;
}

function evaluateDefinition(
  module: CompiledModule,
  path: string,
  hosts: ImportHosts,
  done: ReadonlyMap<string, DefinitionMetadata>,
): DefinitionMetadata {
  const file = evaluateFile(
    module,
    hosts.appDefinition,
    (error) => definitionErrors.failed(error),
    (wanted) => dependencyExports(wanted, done),
  );
  const exported = exportedBy(file, path);
  const parsed = exportedDefinition.safeParse(exported);
  if (!parsed.success) {
    const problem = `Failed to deserialize ${JSON.stringify(exported)}: ${z.prettifyError(parsed.error)}`;
    throw definitionErrors.invalid(problem);
  }
  const { envVars, childComponents, httpPrefix, ...rest } = parsed.data;
  const metadata: DefinitionMetadata = {
    ...rest,
    childComponents: childComponents.map(({ env, ...child }) => ({ ...child, env: env ?? null })),
    path,
    ...(httpPrefix == null ? {} : { httpPrefix }),
    ...(envVars === undefined
      ? {}
      : {
          envVars: envVars.map(
            ([name, { optional, ...v }]) =>
              [name, optional === undefined ? v : { ...v, optional }] as const,
          ),
        }),
  };
  checkDefinition(metadata);
  return metadata;
}

/** What the default export's `export()` gives (isolate/src/environment/component_definitions.rs). */
function exportedBy(
  { exports, pushFailureText: failureText }: EvaluatedFile,
  path: string,
): object {
  if (!("default" in exports)) throw definitionErrors.exported(path, "missing default export");
  const definition = exports.default;
  if (!hasProperties(definition)) {
    throw definitionErrors.exported(path, "the default export is not an object");
  }
  if (Object.keys(exports).length !== 1) {
    throw definitionErrors.exported(path, "`convex.config.ts` has more than one export");
  }
  if (!("export" in definition)) {
    const problem = "missing `export` property on the default export of `convex.config.ts`";
    throw definitionErrors.exported(path, problem);
  }
  const exporter = definition.export;
  if (typeof exporter !== "function") {
    throw definitionErrors.exported(path, `\`app.export\` ${OF_DEFAULT} is not a function`);
  }
  let exported: unknown;
  try {
    exported = Reflect.apply(exporter, definition, []);
  } catch (error) {
    throw definitionErrors.failed(failureText(error));
  }
  if (hasProperties(exported)) return exported;
  throw definitionErrors.exported(path, `\`app.export()\` ${OF_DEFAULT} doesn’t return an object`);
}

const OF_DEFAULT = "(where `app` is the default export of `convex.config.ts`)";

function dependencyExports(
  path: string,
  done: ReadonlyMap<string, DefinitionMetadata>,
): ModuleExports | undefined {
  if (!path.startsWith(DEPENDENCY)) return undefined;
  const definitionPath = Buffer.from(path.slice(DEPENDENCY.length), "base64url").toString("utf8");
  const metadata = done.get(definitionPath);
  if (metadata === undefined) return undefined;
  const { definitionType } = metadata;
  return {
    __esModule: true,
    default: {
      export: () => metadata,
      componentDefinitionPath: definitionPath,
      defaultName: definitionType.type === "childComponent" ? definitionType.name : "app",
    },
  };
}
