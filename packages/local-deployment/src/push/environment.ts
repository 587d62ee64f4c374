import type { DefinitionMetadata } from "../engine/analysis.ts";
import { declaredMismatch } from "../engine/variables.ts";
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
  for (const [name] of declared) {
    const value = values[name];
    const mismatch = value === undefined ? null : declaredMismatch(name, value, declared);
    if (mismatch !== null) throw new PushError("InvalidEnvironmentVariable", mismatch);
  }
}

/** The deployment's own variables. */
export function urlVariables(urls: {
  readonly cloud: string;
  readonly site: string;
}): Record<string, string> {
  return { CONVEX_CLOUD_URL: urls.cloud, CONVEX_SITE_URL: urls.site };
}
