import { z } from "zod";

const moduleConfig = z.object({
  path: z.string(),
  source: z.string(),
  sourceMap: z.string().optional(),
  environment: z.enum(["isolate", "node"]),
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
    unchangedModuleHashes: z.array(
      z.object({ path: z.string(), environment: z.enum(["isolate", "node"]), sha256: z.string() }),
    ),
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
});
/** A push, as the CLI sends it. */
export type StartPushRequest = z.infer<typeof startPushRequest>;

/** finish_push echoes what start_push answered; the push's id is all that is looked at. */
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
