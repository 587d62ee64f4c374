import { PushError } from "./push_error.ts";

/**
 * What production refuses in modules, their functions, routes and crons: code and words, with the
 * source file below crates/ that they are from.
 */
export const moduleErrors = {
  /** local_backend/src/deploy_config2.rs: whatever is wrong with the request as a whole */
  request: (message: string) => new PushError("InvalidConfig", message),
  /** application/src/deploy_config.rs, `parse_module_path` */
  path: (path: string, problem: string) =>
    `${path} is not a valid path to a Convex module. ${problem}`,
  /** application/src/deploy_config.rs; the quotes are production's */
  nodeInComponent: (path: string) =>
    `Node actions are not supported in components. Remove \`"use node;" from ${path}`,
  /** application/src/deploy_config.rs */
  nodeVersion: () =>
    "Node 18 is no longer supported. Upgrade to a newer Node version " +
    "(https://docs.convex.dev/production/project-configuration#configuring-the-nodejs-version).",
  /** model/src/source_packages/types.rs */
  unknownNodeVersion: (version: string) => `Invalid node version: ${version}`,

  /** application/src/lib.rs, `upload_packages` */
  missingModule: () =>
    new PushError("MissingExistingModule", "Could not find existing unchanged module.", 409),
  /** application/src/lib.rs, `upload_packages` */
  otherHash: () =>
    new PushError("ExistingModuleHashConflict", "Existing module hash does not match.", 409),
  /** application/src/lib.rs, `upload_packages` */
  otherEnvironment: () =>
    new PushError("ExistingModuleEnvConflict", "Existing module environment does not match.", 409),
  /** model/src/source_packages/types.rs */
  tooLarge: (measure: "zipped" | "unzipped", size: string, maximum: string) =>
    new PushError(
      "ModulesTooLarge",
      `Total module size exceeded the ${measure} maximum (${size} > maximum size ${maximum})`,
    ),
  /** application/src/lib.rs, `analyze_modules` */
  tooMany: (count: number, maximum: number) =>
    new PushError(
      "InvalidModules",
      `Too many function files (${count} > maximum ${maximum}) in "convex/". See our docs ` +
        "(https://docs.convex.dev/using/writing-convex-functions#using-libraries) for more details.",
    ),
  /** application/src/lib.rs, `analyze_modules`: what a module throws, and most of what is below */
  invalid: (error: string) =>
    new PushError(
      "InvalidModules",
      `Loading the pushed modules encountered the following\n    error:\n${error}\n`,
    ),
  /** isolate/src/environment/analyze.rs */
  failed: (path: string, error: string) =>
    moduleErrors.invalid(`Failed to analyze ${path}: ${error}`),
  /** isolate/src/execution_scope.rs */
  topLevelAwait: "Top-level awaits in source files are unsupported",
  /** isolate/src/termination.rs */
  timedOut: (seconds: number) => `Function execution timed out (maximum duration: ${seconds}s)`,

  /** model/src/modules/module_versions.rs */
  functionName: (path: string, problem: string) =>
    new PushError("InvalidFunctionName", `Invalid function name used in \`${path}\`: ${problem}`),
  /** node_executor/src/executor.rs */
  onlyActions: (path: string, name: string, type: string) =>
    moduleErrors.invalid(
      `\`${name}\` defined in \`${path}\` is a ${type} function. Only actions can be defined in ` +
        "Node.js. See https://docs.convex.dev/functions/actions for more details.",
    ),
  /** node_executor/src/local.rs; which versions are taken is this deployment's own */
  noNode: () =>
    new PushError(
      "DeploymentNotConfiguredForNodeActions",
      'Deployment is not configured to deploy "use node" actions. Node.js 20 or later is not on the ' +
        "PATH. Install a supported Node.js version to deploy Node.js actions.",
    ),
  /** node_executor/src/executor.rs */
  nodeArgs: (problem: string) =>
    moduleErrors.invalid(`Unable to parse JSON from \`exportArgs\`:\n${problem}`),
  /** node_executor/src/executor.rs */
  nodeReturns: (path: string, name: string, problem: string) =>
    new PushError(
      "InvalidNodeActionReturnsValidator",
      `The return validator of \`${name}\` defined in \`${path}\` is invalid:\n${problem}`,
    ),
  /** model/src/modules/function_validators.rs */
  validator: (kind: "args" | "returns", problem: string) =>
    `Error in ${kind} validator: ${problem}\nSee https://docs.convex.dev/functions/validation for ` +
    `docs on how to do ${kind === "args" ? "argument" : "return value"} validation.`,
  /** model/src/components/file_based_routing.rs, around the words of sync_types/src/module_path.rs */
  pathComponent: (component: string, path: string) =>
    new PushError(
      "InvalidModulePath",
      `Invalid component ${JSON.stringify(component)} in module path ${path}`,
    ),
  /** model/src/components/file_based_routing.rs */
  exportConflict: (path: string, name: string) =>
    new PushError("InvalidExport", `Path ${path}:${name} conflicts with existing export`),

  /** isolate/src/environment/analyze.rs, `http_analyze` */
  noRouter: () => moduleErrors.invalid("`convex/http.js` must have a default export of a Router."),
  /** isolate/src/environment/analyze.rs, `http_analyze` */
  notARouter: () => moduleErrors.invalid("The default export of `convex/http.js` is not a Router."),
  /** isolate/src/environment/analyze.rs, `routes_error` */
  routes: (problem: string) =>
    moduleErrors.invalid(
      "The `getRoutes()` method of Router did not return the expected type. `getRoutes()` should " +
        "be a function returning an array of entries of the form [path: string, method: string, " +
        `handler: HttpAction] (${problem})`,
    ),

  /** isolate/src/environment/analyze.rs, `cron_analyze` */
  noCrons: () =>
    moduleErrors.invalid("`convex/crons.js` must have a default export of a Crons object."),
  /** isolate/src/environment/analyze.rs, `cron_analyze` */
  notCrons: () =>
    moduleErrors.invalid("The default export of `convex/crons.js` is not a Crons object."),
  /** isolate/src/environment/analyze.rs, around the words of model/src/cron_jobs/types.rs */
  cron: (problem: string) => new PushError("InvalidCron", problem),
  /** application/src/application_function_runner/mod.rs, `validate_cron_jobs` */
  cronOfNothing: (cron: string, path: string) =>
    moduleErrors.invalid(
      `The cron job '${cron}' schedules a function that does not exist: ${path}`,
    ),
  /** application/src/application_function_runner/mod.rs, `validate_cron_jobs` */
  cronOfQuery: (cron: string, path: string) =>
    moduleErrors.invalid(
      `The cron job '${cron}' schedules a query function, only actions and mutations can be ` +
        `scheduled: ${path}`,
    ),

  /** Not production's: what this deployment does not have. */
  nodeDependencies: (packages: string) =>
    new PushError(
      "NodeDependenciesUnsupported",
      `External Node packages (${packages}) are not in the local deployment: leave ` +
        "`externalPackages` out of convex.json, so that they are bundled.",
    ),
} as const;
