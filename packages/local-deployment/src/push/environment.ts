import type { PreparedPush } from "../engine/push.ts";
import { validatorOf } from "../engine/variables.ts";
import { byName } from "../values/order.ts";
import { parseValidator } from "../values/validate.ts";
import { definitionRefusals } from "./refusals/definitions.ts";

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
  if (missing.length > 0) throw definitionRefusals.missingVariables(missing);
  for (const [name, declaration] of declared) {
    const value = environment[name];
    if (value === undefined) continue;
    const failure = parseValidator(validatorOf(declaration)).check(value, () => undefined);
    if (failure !== null) throw definitionRefusals.invalidVariable(name, failure.message);
  }
}
