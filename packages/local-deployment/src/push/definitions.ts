import { z } from "zod";
import type { DefinitionMetadata, Schema } from "../engine/analysis.ts";
import type { CompiledModule } from "../runtime/compile.ts";
import { isExportable } from "../runtime/convex_exports.ts";
import type { Scope } from "../runtime/globals.ts";
import { ModuleLoader, type ModuleExports } from "../runtime/loader.ts";
import { evaluate } from "./analyze_modules.ts";
import { PushError } from "./errors.ts";

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
  scope: Scope,
): Map<string, DefinitionMetadata> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Map<string, DefinitionMetadata>();
  const visiting = new Set<string>();
  const visit = (path: string): DefinitionMetadata => {
    const finished = done.get(path);
    if (finished !== undefined) return finished;
    const source = byPath.get(path);
    if (source === undefined) {
      throw new PushError("InvalidDefinition", `Component definition ${path} was not pushed.`);
    }
    if (visiting.has(path)) {
      throw new PushError(
        "InvalidDefinition",
        `Component definitions depend on each other: ${[...visiting, path].join(" → ")}`,
      );
    }
    visiting.add(path);
    for (const dependency of source.dependencies) visit(dependency);
    visiting.delete(path);
    const metadata =
      source.module === null ? PLAIN_APP : evaluateDefinition(source.module, path, scope, done);
    done.set(path, metadata);
    return metadata;
  };
  for (const source of sources) visit(source.path);
  return done;
}

function evaluateDefinition(
  module: CompiledModule,
  path: string,
  scope: Scope,
  done: ReadonlyMap<string, DefinitionMetadata>,
): DefinitionMetadata {
  const loader = new ModuleLoader(
    (wanted) => (wanted === module.path ? module : undefined),
    scope,
    (wanted) => dependencyExports(wanted, done),
  );
  const definition = evaluate(module, loader).default;
  if (!isExportable(definition)) {
    throw new PushError(
      "InvalidDefinition",
      `${path || "convex"}/convex.config.ts must export default the result of defineApp() or defineComponent().`,
    );
  }
  const parsed = exportedDefinition.safeParse(definition.export());
  if (!parsed.success) {
    throw new PushError(
      "InvalidDefinition",
      `${path || "convex"}/convex.config.ts: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { envVars, childComponents, ...rest } = parsed.data;
  return {
    ...rest,
    childComponents: childComponents.map(({ env, ...child }) => ({ ...child, env: env ?? null })),
    path,
    ...(envVars === undefined
      ? {}
      : {
          envVars: envVars.map(
            ([name, { optional, ...v }]) =>
              [name, optional === undefined ? v : { ...v, optional }] as const,
          ),
        }),
  };
}

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

const exportedSchema = z.object({
  tables: z.array(
    z
      .object({
        tableName: z.string(),
        indexes: z.array(z.object({ indexDescriptor: z.string(), fields: z.array(z.string()) })),
        searchIndexes: z.array(z.unknown()).nullish(),
        vectorIndexes: z.array(z.unknown()).nullish(),
        documentType: z.unknown(),
      })
      .loose(),
  ),
  schemaValidation: z.boolean(),
});

/** Evaluates a `schema.ts`. @throws PushError */
export function evaluateSchema(module: CompiledModule, scope: Scope): Schema {
  const loader = new ModuleLoader((path) => (path === module.path ? module : undefined), scope);
  const schema = evaluate(module, loader).default;
  if (!isExportable(schema)) {
    throw new PushError(
      "InvalidSchema",
      "schema.ts must export default the result of defineSchema().",
    );
  }
  const parsed = exportedSchema.safeParse(JSON.parse(String(schema.export())));
  if (!parsed.success)
    throw new PushError("InvalidSchema", `schema.ts: ${z.prettifyError(parsed.error)}`);
  return {
    ...parsed.data,
    tables: parsed.data.tables.map(({ searchIndexes = null, vectorIndexes = null, ...table }) => ({
      ...table,
      searchIndexes,
      vectorIndexes,
    })),
  };
}
