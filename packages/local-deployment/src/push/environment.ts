import type { ValidatorJSON } from "convex/values";
import type { PreparedPush } from "../engine/push.ts";
import { parseValidator } from "../values/validate.ts";
import { definitionRefusals } from "./refusals/definitions.ts";

/**
 * Holds the variables that the app declares against their values, as production does when a push is
 * finished (crates/application/src/deploy_config.rs, `finish_push`).
 *
 * @throws PushError `MissingEnvironmentVariables` or `InvalidEnvironmentVariable`
 */
export function checkEnvironment({ definitions, environment }: PreparedPush): void {
  const declared = (definitions[""]?.metadata.envVars ?? []).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const missing = declared
    .filter(([name, { optional }]) => !Object.hasOwn(environment, name) && optional !== true)
    .map(([name]) => name);
  if (missing.length > 0) throw definitionRefusals.missingVariables(missing);
  for (const [name, { value: validator }] of declared) {
    const value = environment[name];
    if (value === undefined) continue;
    // The convex package's defineApp() writes the validator's JSON text.
    const expected = parseValidator(JSON.parse(validator) as ValidatorJSON);
    const failure = expected.check(value, () => undefined);
    if (failure !== null) throw definitionRefusals.invalidVariable(name, failure.message);
  }
}

/** The deployment's own variables. */
export function urlVariables(urls: {
  readonly cloud: string;
  readonly site: string;
}): Record<string, string> {
  return { CONVEX_CLOUD_URL: urls.cloud, CONVEX_SITE_URL: urls.site };
}
