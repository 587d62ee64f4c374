import { afterAll, beforeAll } from "vitest";
import { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { aFolder } from "./deployment.ts";
import { post, type Answer } from "./http.ts";

/** A project as the CLI sends it once it is bundled: JavaScript by path. */
export interface Bundled {
  readonly schema?: string;
  /** `convex.config.js` */
  readonly config?: string;
  readonly dependencies?: readonly string[];
  readonly modules?: Readonly<Record<string, string>>;
  readonly nodeModules?: Readonly<Record<string, string>>;
  readonly components?: Readonly<Record<string, Bundled>>;
  /** Further fields of the request. */
  readonly request?: object;
}

/** The outcome of a push, with `code` and `message` if it was refused. */
export interface Outcome {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The body of start_push for a project. */
function startPushBody(adminKey: string, project: Bundled): object {
  const { schema, config, dependencies = [], components = {}, request = {} } = project;
  return {
    adminKey,
    dryRun: false,
    functions: "convex/",
    appDefinition: {
      definition: config === undefined ? null : file("convex.config.js", config),
      dependencies,
      schema: schema === undefined ? null : file("schema.js", schema),
      changedModules: modulesOf(project),
      unchangedModuleHashes: [],
      udfServerVersion: "1.48.0",
    },
    componentDefinitions: Object.entries(components).map(([definitionPath, component]) => ({
      definitionPath,
      definition: file("convex.config.js", component.config ?? "export default 5;"),
      dependencies: component.dependencies ?? [],
      schema: component.schema === undefined ? null : file("schema.js", component.schema),
      functions: modulesOf(component),
      udfServerVersion: "1.48.0",
    })),
    nodeDependencies: [],
    ...request,
  };
}

function modulesOf({ modules = {}, nodeModules = {} }: Bundled): object[] {
  return [
    ...Object.entries(modules).map(([path, source]) => file(path, source)),
    ...Object.entries(nodeModules).map(([path, source]) => file(path, source, "node")),
  ];
}

function file(path: string, source: string, environment: "isolate" | "node" = "isolate") {
  return { path, source, environment };
}

/** Sends a project to start_push, which evaluates it and activates nothing. */
export async function startPush(
  { url, adminKey }: { url: string; adminKey: string },
  project: Bundled,
): Promise<Answer> {
  return await post(`${url}/api/deploy2/start_push`, startPushBody(adminKey, project));
}

/** Activates what start_push has evaluated. */
export async function finishPush(
  { url, adminKey }: { url: string; adminKey: string },
  started: Answer,
): Promise<Answer> {
  const body = { adminKey, startPush: started.json, dryRun: false };
  return await post(`${url}/api/deploy2/finish_push`, body);
}

/** A deployment for a test file, and pushes to it. */
export function pushTarget() {
  let deployment: TestDeployment | undefined;
  beforeAll(async () => {
    deployment = await TestDeployment.start(aFolder("file"));
  });
  afterAll(async () => {
    await deployment?.kill();
  });
  const start = async (project: Bundled) => await startPush(deployment!, project);
  return {
    get deployment() {
      return deployment!;
    },
    /** Calls start_push. */
    push: async (project: Bundled): Promise<Outcome> => outcomeOf(await start(project)),
    /** Calls start_push and finish_push, up to the first refusal. */
    pushToTheEnd: async (project: Bundled): Promise<Outcome> => {
      const started = await start(project);
      if (started.status !== 200) return outcomeOf(started);
      return outcomeOf(await finishPush(deployment!, started));
    },
  };
}

function outcomeOf({ status, json }: Answer): Outcome {
  return { status, code: json?.code ?? "", message: json?.message ?? "" };
}

/** A function of a module as the convex package makes it, for source text. */
export function aFunction(
  kind: "query" | "mutation" | "action",
  { args = '{"type":"any"}', returns = "null" }: { args?: string; returns?: string } = {},
): string {
  const Kind = `${kind[0]?.toUpperCase() ?? ""}${kind.slice(1)}`;
  return `Object.assign(() => undefined, { is${Kind}: true, invoke${Kind}: async () => "null", isPublic: true,
    exportArgs: () => ${JSON.stringify(args)}, exportReturns: () => ${JSON.stringify(returns)} })`;
}
