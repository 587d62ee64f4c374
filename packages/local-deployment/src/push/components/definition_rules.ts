import type { ValidatorJSON } from "convex/values";
import type { DefinitionMetadata } from "../../engine/code/analysis.ts";
import type { PreparedPush } from "../../engine/code/activate_push.ts";
import { validatorOf } from "../../engine/code/variables.ts";
import { identifierProblem } from "../../values/identifiers.ts";
import { byName } from "../../values/order.ts";
import { parseValidator } from "../../values/validators/validate.ts";
import { definitionErrors } from "../errors/definitions.ts";

/**
 * Holds the names in a definition against production's rules
 * (crates/common/src/bootstrap_model/components/definition.rs).
 *
 * @throws PushError `InvalidDefinition`, for the first fault in production's order
 */
export function checkDefinition(metadata: DefinitionMetadata): void {
  const { definitionType, childComponents, httpMounts, httpPrefix } = metadata;
  const problems = [
    ...(metadata.envVars ?? []).map(([name]) => identifierProblem(name)),
    definitionType.type === "app" ? null : identifierProblem(definitionType.name),
    ...childComponents.flatMap(({ name, env }) => [
      identifierProblem(name),
      ...(env ?? []).map(([variable]) => identifierProblem(variable)),
    ]),
    ...Object.keys(httpMounts).map(mountProblem),
    httpPrefix === undefined ? null : mountProblem(httpPrefix),
  ];
  const problem = problems.find((found) => found !== null);
  if (problem != null) throw definitionErrors.invalid(problem);
}

/** Checks that declared variables are strings. @throws PushError `InvalidEnvVarDeclaration` */
export function checkDeclarations(metadata: DefinitionMetadata): void {
  const inOrder = (metadata.envVars ?? []).toSorted(byName);
  for (const [name, declaration] of inOrder) {
    if (isStringLike(validatorOf(declaration))) continue;
    throw definitionErrors.declaredVariable(name, metadata.path);
  }
}

/**
 * Holds the variables that the app declares against their values, as production does when a push is
 * finished (crates/application/src/deploy_config.rs, `finish_push`).
 *
 * @throws PushError `MissingEnvironmentVariables` or `InvalidEnvironmentVariable`
 */
export function checkEnvironment({ definitions, environment }: PreparedPush): void {
  const declared = (definitions[""]?.metadata.envVars ?? []).toSorted(byName);
  const missing = declared
    .filter(([name, { optional }]) => !Object.hasOwn(environment, name) && optional !== true)
    .map(([name]) => name);
  if (missing.length > 0) throw definitionErrors.missingVariables(missing);
  for (const [name, declaration] of declared) {
    const value = environment[name];
    if (value === undefined) continue;
    const failure = parseValidator(validatorOf(declaration)).check(value, () => undefined);
    if (failure !== null) throw definitionErrors.invalidVariable(name, failure.message);
  }
}

/** Whether every value of the first validator, of strings, is one of the second's. */
export function isSubset(first: ValidatorJSON, second: ValidatorJSON): boolean {
  if (first.type === "union") return first.value.every((member) => isSubset(member, second));
  if (second.type === "union") return second.value.some((member) => isSubset(first, member));
  if (second.type === "string") return true;
  return (
    first.type === "literal" && second.type === "literal" && Object.is(first.value, second.value)
  );
}

function isStringLike(json: ValidatorJSON): boolean {
  if (json.type === "union") return json.value.every(isStringLike);
  return json.type === "string" || (json.type === "literal" && typeof json.value === "string");
}

/** As `anyhow::ensure!` tells a condition that doesn't hold. */
function mountProblem(path: string): string | null {
  const failed = (condition: string) => `Condition failed: \`${condition}\``;
  if (!path.startsWith("/")) return failed("s.starts_with('/')");
  if (!path.endsWith("/")) return failed("s.ends_with('/')");
  if (path.includes("*")) return failed("!s.contains('*')");
  if (!/^[!-~]*$/.test(path)) return "invalid uri character";
  return path.includes("?") ? failed("path.query().is_none()") : null;
}
