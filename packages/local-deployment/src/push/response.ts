import type { Definition } from "../engine/code/analysis.ts";
import type { PreparedPush, PushOutcome } from "../engine/code/activate_push.ts";
import { publicTree } from "./components/exports.ts";

/** What start_push answers (convex/src/cli/lib/deployApi/startPush.ts). */
export function startPushResponse(push: PreparedPush) {
  return {
    environmentVariables: push.environment,
    externalDepsId: null,
    componentDefinitionPackages: Object.fromEntries(
      Object.keys(push.definitions).map((path) => [path, null]),
    ),
    appAuth: push.auth,
    analysis: Object.fromEntries(
      Object.entries(push.definitions).map(([path, definition]) => [path, analysisOf(definition)]),
    ),
    app: checkedComponent(push, "", ""),
    schemaChange: {
      allocatedComponentIds: Object.fromEntries(push.components.map(({ id, path }) => [path, id])),
      schemaIds: { push: push.id },
    },
  };
}

/** What finish_push answers (convex/src/cli/lib/deployApi/finishPush.ts). */
export function finishPushResponse(outcome: PushOutcome) {
  return {
    authDiff: outcome.auth,
    definitionDiffs: {},
    componentDiffs: Object.fromEntries(
      Object.entries(outcome.components).map(([path, component]) => [
        path,
        {
          diffType: { type: component.created ? "create" : "modify" },
          moduleDiff: component.modules,
          udfConfigDiff: null,
          cronDiff: component.crons,
          indexDiff: component.indexes,
          schemaDiff: null,
        },
      ]),
    ),
  };
}

function analysisOf(definition: Definition) {
  const { metadata, schema, modules } = definition;
  return {
    definition: {
      ...metadata,
      childComponents: metadata.childComponents.map((child) => ({ ...child, args: [] })),
      exports:
        metadata.definitionType.type === "app"
          ? { type: "branch", branch: [] }
          : publicTree(modules),
    },
    schema,
    functions: Object.fromEntries(
      Object.entries(modules).map(([path, { environment: _, ...module }]) => [
        path,
        { ...module, sourceMapped: null },
      ]),
    ),
    udfConfig: {
      serverVersion: "1.48.0",
      importPhaseRngSeed: null,
      importPhaseUnixTimestamp: null,
    },
  };
}

interface CheckedComponent {
  definitionPath: string;
  componentPath: string;
  args: Record<string, never>;
  childComponents: Record<string, CheckedComponent>;
  httpRoutes: { httpModuleRoutes: unknown; mounts: string[] };
  exports: Record<string, never>;
}

function checkedComponent(
  push: PreparedPush,
  definitionPath: string,
  path: string,
): CheckedComponent {
  const definition = push.definitions[definitionPath];
  const children = definition?.metadata.childComponents ?? [];
  return {
    definitionPath,
    componentPath: path,
    args: {},
    childComponents: Object.fromEntries(
      children.map((child) => [
        child.name,
        checkedComponent(push, child.path, path === "" ? child.name : `${path}/${child.name}`),
      ]),
    ),
    httpRoutes: {
      httpModuleRoutes: definition?.modules["http.js"]?.httpRoutes ?? null,
      mounts: Object.keys(definition?.metadata.httpMounts ?? {}),
    },
    exports: {},
  };
}
