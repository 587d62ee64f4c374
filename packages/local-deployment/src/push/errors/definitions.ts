import { PushError } from "./push_error.ts";

/**
 * What production refuses in `convex.config.ts`, in the tree of components, and in `auth.config.ts`:
 * code and words, with the source file below crates/ that they are from.
 */
export const definitionErrors = {
  /** application/src/deploy_config.rs: what the file throws */
  failed: (error: string) => new PushError("InvalidConvexConfig", `${error}\n`),
  /** isolate/src/environment/component_definitions.rs, `invalid_export_value` */
  exported: (path: string, problem: string) =>
    invalid(path === "" ? ofApp(problem) : ofComponent(path, problem)),
  /** isolate/src/environment/component_definitions.rs: names and mounts that break their rules */
  invalid: (problem: string) => invalid(problem),
  /** isolate/src/environment/component_definitions.rs */
  cycle: () => new PushError("CyclicImport", "Found cyclic definition dependency"),
  /** application/src/deploy_config.rs, `validate_env_var_declarations` */
  declaredVariable: (name: string, path: string) =>
    new PushError(
      "InvalidEnvVarDeclaration",
      `Env var \`${name}\` on ${path === "" ? "the app" : `component ${path}`} has a non-string ` +
        'validator. Component env vars must be declared with `v.string()`, `v.literal("...")`, or ' +
        "a union of those.",
    ),
  /** model/src/components/type_checking.rs: all that follow have this code */
  typecheck: (problem: string) => new PushError("TypecheckError", problem),
  unknownVariable: (component: string, name: string) =>
    typecheck(`Component ${component} has no env var named ${identifier(name)}`),
  wrongVariable: (component: string, name: string, problem: string) =>
    typecheck(
      `Component ${component} has an invalid value for env var ${identifier(name)}: ${problem}`,
    ),
  unknownParentVariable: (component: string, name: string, parent: string) =>
    typecheck(
      `Component ${component} env var ${identifier(name)} references undeclared parent env var ` +
        parent,
    ),
  optionalParentVariable: (component: string, name: string, parent: string) =>
    typecheck(
      `Component ${component} env var ${identifier(name)} is required, but parent env var ` +
        `${parent} is optional`,
    ),
  otherParentVariable: (component: string, name: string, parent: string) =>
    typecheck(
      `Component ${component} env var ${identifier(name)} validator is not satisfied by parent ` +
        `env var ${parent} validator`,
    ),
  missingVariable: (component: string, name: string) =>
    typecheck(`Component ${component} is missing required env var ${identifier(name)}`),
  repeatedChild: (definition: string, name: string) =>
    typecheck(
      `Component ComponentDefinitionPath { path: ${JSON.stringify(definition)} } has multiple ` +
        `child components with the same name: ${componentName(name)}`,
    ),
  mount: (path: string, problem: string) =>
    typecheck(`HTTP mount HttpMountPath(${JSON.stringify(path)}) is invalid: ${problem}`),

  /** application/src/deploy_config.rs, `finish_push` */
  missingVariables: (names: readonly string[]) =>
    new PushError(
      "MissingEnvironmentVariables",
      `Required environment variables are not set: ${names.join(", ")}. Set them in the Convex ` +
        "dashboard or CLI before pushing.",
    ),
  /** application/src/lib.rs, `validate_env_var_values` */
  invalidVariable: (name: string, problem: string) =>
    new PushError(
      "InvalidEnvironmentVariable",
      `Environment variable ${name} does not match its declared validator: ${problem}`,
    ),
} as const;

/**
 * auth.config.ts; every refusal has the same code, after a text that depends on what caused the evaluation
 * (isolate/src/client.rs, `evaluate_auth_config`).
 */
export const authErrors = {
  failed: (problem: string) => new PushError("InvalidAuthConfig", problem),
  /** isolate/src/client.rs, around the words of isolate/src/environment/auth_config.rs */
  missingVariable: (name: string) =>
    new PushError(
      "AuthConfigMissingEnvironmentVariable",
      `Environment variable ${name} is used in auth config file but its value was not set`,
    ),
  /** isolate/src/environment/auth_config.rs, as all that follow */
  missingExport:
    "auth config file is missing default export. To learn more, see the auth documentation at " +
    "https://docs.convex.dev/auth.",
  unserializable:
    "auth config file can only contain strings To learn more, see the auth documentation at " +
    "https://docs.convex.dev/auth.",
  notProviders: (problem: string) =>
    `auth config file must include a list of provider credentials: ${problem}`,
  applicationIdSpelling: (index: number) =>
    `Provider at index ${index} must have applicationID property spelled lowercase 'application', ` +
    "capital I, capital D.",
  unknownType: (index: number, type: string) =>
    `Provider at index ${index} has unexpected 'type' value '${type}'`,
  domainOfCustomJwt: (index: number) =>
    `Provider at index ${index} is a customJwt so cannot have a 'domain' specified`,
  issuerOfOidc: (index: number) =>
    `Provider at index ${index} is oidc so cannot have an 'issuer' specified.`,
  sharedIssuer: (index: number) =>
    "This auth configuration appears potentially insecure: Provider at index " +
    `${index} has an issuer that is shared among many applications, so must to specify an ` +
    "ApplicationID to check against an `aud` field of a JWT.",
} as const;

function invalid(problem: string): PushError {
  return new PushError("InvalidDefinition", problem);
}

function typecheck(problem: string): PushError {
  return new PushError("TypecheckError", problem);
}

function ofApp(problem: string): string {
  return (
    `The default export of \`convex.config.ts\` in your app has an invalid value (${problem}). ` +
    "Please make sure that you’re exporting the return value of `defineApp()` (`import { " +
    "defineApp } from 'convex/server'`)."
  );
}

function ofComponent(path: string, problem: string): string {
  return (
    `The default export of \`convex.config.ts\` in component \`${path}\` has an invalid value ` +
    `(${problem}). Please make sure that the component is exporting the return value of ` +
    "`defineComponent()` (`import { defineComponent } from 'convex/server'`)."
  );
}

/** As Rust's `{:?}` writes an identifier. */
function identifier(name: string): string {
  return `Identifier(${JSON.stringify(name)})`;
}

/** As Rust's `{:?}` writes a component's name. */
export function componentName(name: string): string {
  return `ComponentName(${identifier(name)})`;
}

/** As Rust's `{:?}` writes a component's path. */
export function componentPath(path: string): string {
  return `[${path === "" ? "" : path.split("/").map(componentName).join(", ")}]`;
}
