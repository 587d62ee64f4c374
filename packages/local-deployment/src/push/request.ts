import { z } from "zod";
import { modulePathProblem } from "../values/identifiers.ts";
import { moduleErrors } from "./errors/modules.ts";

const environment = z.enum(["isolate", "node"]);
const moduleConfig = z.object({
  path: z.string(),
  source: z.string(),
  sourceMap: z
    .string()
    .nullish()
    .transform((map) => map ?? undefined),
  environment,
});

/** The body of start_push and its kin (convex/src/cli/lib/deployApi/startPush.ts). */
export const startPushRequest = z.object({
  adminKey: z.string(),
  dryRun: z.boolean(),
  functions: z.string(),
  appDefinition: z.object({
    definition: moduleConfig.nullable(),
    dependencies: z.array(z.string()),
    schema: moduleConfig.nullable(),
    changedModules: z.array(moduleConfig),
    unchangedModuleHashes: z.array(z.object({ path: z.string(), environment, sha256: z.string() })),
    udfServerVersion: z.string(),
  }),
  componentDefinitions: z.array(
    z.object({
      definitionPath: z.string(),
      definition: moduleConfig,
      dependencies: z.array(z.string()),
      schema: moduleConfig.nullable(),
      functions: z.array(moduleConfig),
      udfServerVersion: z.string(),
    }),
  ),
  nodeDependencies: z.array(z.object({ name: z.string(), version: z.string() })).default([]),
  nodeVersion: z.string().nullish(),
  forCodegen: z.boolean().default(false),
});
/** A push, as the CLI sends it. */
export type StartPushRequest = z.infer<typeof startPushRequest>;

/**
 * Refuses what production refuses in a request before it looks into modules
 * (crates/application/src/deploy_config.rs, `into_project_config`).
 *
 * @throws PushError `InvalidConfig`
 */
export function checkRequest(request: StartPushRequest): void {
  const problem =
    nodeVersionProblem(request.nodeVersion ?? null) ??
    pathsProblem(appPaths(request)) ??
    firstProblem(request.componentDefinitions, (component) => {
      const { definition, schema, functions } = component;
      const inNode = functions.find((module) => module.environment === "node");
      return (
        pathsProblem(functions.map(({ path }) => path)) ??
        (inNode === undefined ? null : moduleErrors.nodeInComponent(inNode.path)) ??
        pathsProblem([definition.path, ...(schema === null ? [] : [schema.path])])
      );
    });
  if (problem !== null) throw moduleErrors.request(problem);
}

function appPaths({ appDefinition: app }: StartPushRequest): string[] {
  const files = [app.definition, app.schema, ...app.changedModules, ...app.unchangedModuleHashes];
  return files.flatMap((file) => (file === null ? [] : [file.path]));
}

/** crates/model/src/source_packages/types.rs, `NodeVersion` */
function nodeVersionProblem(version: string | null): string | null {
  if (version === "18") return moduleErrors.nodeVersion();
  return version === null || ["20", "22", "24"].includes(version)
    ? null
    : moduleErrors.unknownNodeVersion(version);
}

function pathsProblem(paths: readonly string[]): string | null {
  return firstProblem(paths, (path) => {
    const problem = modulePathProblem(path);
    return problem === null ? null : moduleErrors.path(path, problem);
  });
}

function firstProblem<Item>(
  items: readonly Item[],
  check: (item: Item) => string | null,
): string | null {
  for (const item of items) {
    const problem = check(item);
    if (problem !== null) return problem;
  }
  return null;
}

/** finish_push echoes what start_push answered; only the push's id is used. */
export const finishPushRequest = z.object({
  adminKey: z.string(),
  dryRun: z.boolean().default(false),
  startPush: z.object({ schemaChange: z.object({ schemaIds: z.object({ push: z.string() }) }) }),
});

/** Asks whether the data of a started push's tables fits its schema. */
export const waitForSchemaRequest = z.object({
  adminKey: z.string(),
  schemaChange: z.object({ schemaIds: z.object({ push: z.string() }) }),
});
