import type { ValidatorJSON } from "convex/values";
import type { DefinitionMetadata } from "../engine/analysis.ts";
import { checkReturns, parseValidator } from "../values/validate.ts";
import { PushError } from "./errors.ts";

/** Holds the variables that a definition declares against their values. @throws PushError */
export function checkDeclaredEnvironment(
  metadata: DefinitionMetadata,
  values: Readonly<Record<string, string>>,
): void {
  const declared = metadata.envVars ?? [];
  const missing = declared.filter(
    ([name, { optional }]) => values[name] === undefined && optional !== true,
  );
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(", ");
    throw new PushError(
      "MissingEnvironmentVariables",
      `Required environment variables are not set: ${names}. Set them with \`npx convex env set NAME VALUE\` and push again.`,
    );
  }
  for (const [name, { value: validator }] of declared) {
    const value = values[name];
    if (value === undefined) continue;
    // The convex package's defineApp() and defineComponent() write the validator's JSON text.
    const expected = parseValidator(JSON.parse(validator) as ValidatorJSON);
    try {
      checkReturns(expected, value, () => undefined);
    } catch {
      // The value itself is a secret: only what was expected is told.
      throw new PushError(
        "InvalidEnvironmentVariable",
        `Environment variable ${name} does not match its declared validator ${expected.text}.`,
      );
    }
  }
}

/** The deployment's own variables. */
export function urlVariables(urls: {
  readonly cloud: string;
  readonly site: string;
}): Record<string, string> {
  return { CONVEX_CLOUD_URL: urls.cloud, CONVEX_SITE_URL: urls.site };
}
