import { VARIABLE_LIMITS } from "../../limits/push.ts";
import type { ValidatorJSON } from "convex/values";
import { DeveloperError } from "../../values/developer_error.ts";
import { parseValidator } from "../../values/validators/validate.ts";
import type { DefinitionMetadata } from "./analysis.ts";
import type { DeploymentUrls } from "../state.ts";

/** Sets a variable, or removes it with null. */
export interface VariableChange {
  readonly name: string;
  readonly value: string | null;
}

/** Why changes are refused, in production's code and words. */
export interface VariableRefusal {
  readonly code: string;
  readonly message: string;
}

/** What an app's or a component's `convex.config.ts` declares. */
export type DeclaredVariables = NonNullable<DefinitionMetadata["envVars"]>;

/** The validator of a declared variable. */
export function validatorOf({ value }: { readonly value: string }): ValidatorJSON {
  // The convex package's defineApp() and defineComponent() write the validator's JSON text.
  return JSON.parse(value) as ValidatorJSON;
}

/** The deployment's own variables. */
export function urlVariables({ cloud, site }: DeploymentUrls) {
  return { CONVEX_CLOUD_URL: cloud, CONVEX_SITE_URL: site };
}

const BUILT_IN = new Set(Object.keys(urlVariables({ cloud: "", site: "" })));

/**
 * Checks whether production would make these changes.
 *
 * @throws DeveloperError `EnvironmentVariableNameInvalid`, `EnvironmentVariableNameTooLong`,
 *   `EnvironmentVariableValueTooLarge`, `RequiredEnvironmentVariable`, `InvalidEnvironmentVariable`,
 *   `EnvVarNameForbidden`, `EnvVarLimitMet` or `EnvVarTotalSizeLimitMet`; never with a value
 */
export function checkVariableChanges(
  present: Readonly<Record<string, string>>,
  changes: readonly VariableChange[],
  declared: DeclaredVariables,
): void {
  for (const change of changes) checkChange(change);
  checkRequired(changes, declared);
  const after = new Map(Object.entries(present));
  for (const { name, value } of changes) {
    if (value === null) after.delete(name);
    else {
      checkSettable(name, value, declared);
      after.set(name, value);
    }
  }
  if (after.size > VARIABLE_LIMITS.count) {
    throw new DeveloperError(
      "EnvVarLimitMet",
      `The environment variable limit (${VARIABLE_LIMITS.count}) has been met.`,
    );
  }
  const total = [...after].reduce((sum, [name, value]) => sum + bytesOf(name) + bytesOf(value), 0);
  if (total > VARIABLE_LIMITS.totalBytes) {
    throw new DeveloperError(
      "EnvVarTotalSizeLimitMet",
      `The total size of all environment variables (${total} bytes) exceeds the limit (${VARIABLE_LIMITS.totalBytes} bytes).`,
    );
  }
}

function checkChange({ name, value }: VariableChange): void {
  if (!/^[a-zA-Z_]+[a-zA-Z0-9_]*$/.test(name)) {
    throw new DeveloperError(
      "EnvironmentVariableNameInvalid",
      `The environment variable name ${name} is invalid. Environment variable names must begin with a letter and may only include characters a-z, A-Z, 0-9, and underscores.`,
    );
  }
  if (bytesOf(name) > VARIABLE_LIMITS.nameBytes) {
    throw new DeveloperError(
      "EnvironmentVariableNameTooLong",
      `The environment variable name ${name} is too long. Environment variable names must be less than ${VARIABLE_LIMITS.nameBytes}.`,
    );
  }
  const length = bytesOf(value ?? "");
  if (length > VARIABLE_LIMITS.valueBytes) {
    throw new DeveloperError(
      "EnvironmentVariableValueTooLarge",
      `The environment variable value is ${length} bytes, which is too large. (max size: ${VARIABLE_LIMITS.valueBytes}`,
    );
  }
}

function checkRequired(changes: readonly VariableChange[], declared: DeclaredVariables): void {
  const required = new Set(declared.filter(([, { optional }]) => !optional).map(([name]) => name));
  const blocked = changes.filter(({ name, value }) => value === null && required.has(name));
  if (blocked.length === 0) return;
  throw new DeveloperError(
    "RequiredEnvironmentVariable",
    `Cannot delete required environment variables: ${blocked.map(({ name }) => name).join(", ")}. These are declared as required in the app definition.`,
  );
}

function checkSettable(name: string, value: string, declared: DeclaredVariables): void {
  const mismatch = declaredMismatch(name, value, declared);
  if (mismatch !== null) throw new DeveloperError("InvalidEnvironmentVariable", mismatch);
  if (BUILT_IN.has(name)) {
    throw new DeveloperError(
      "EnvVarNameForbidden",
      `Environment variable with name "${name}" is built-in and cannot be overridden`,
    );
  }
}

/** Why a value does not match its declaration, without the value, which may be a secret; null if it matches. */
function declaredMismatch(name: string, value: string, declared: DeclaredVariables): string | null {
  const [, declaration] = declared.find(([one]) => one === name) ?? [];
  if (declaration === undefined) return null;
  const expected = parseValidator(validatorOf(declaration));
  return expected.check(value, () => undefined) === null
    ? null
    : `Environment variable ${name} does not match its declared validator ${expected.text}.`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
