import { MAX_IMPORT_LOGS } from "../limits/push.ts";
import type { IsolateHost } from "../runtime/context/host.ts";
import { EVALUATIONS, evaluationHost } from "../runtime/evaluation.ts";
import { authErrors } from "./errors/definitions.ts";

/** The hosts of each kind of file while a push evaluates it. */
export interface ImportHosts {
  /** Function modules; what they log is part of the error when one fails. */
  readonly modules: IsolateHost;
  readonly schema: IsolateHost;
  readonly authConfig: IsolateHost;
  readonly appDefinition: IsolateHost;
  /** Takes the lines that modules have logged since it was last asked, at most the last hundred. */
  readonly takeLogs: () => string[];
}

/**
 * Serves the files of one definition.
 *
 * @param environment - The variables that its modules see.
 * @param definitionVariable - Reads a variable for its `convex.config.ts`.
 * @param now - The time that `Date` gives, in milliseconds: it stands still.
 */
export function importHosts(
  environment: Readonly<Record<string, string>>,
  definitionVariable: (name: string) => string | undefined,
  now: number,
): ImportHosts {
  let logs: string[] = [];
  const host = (
    of: keyof typeof EVALUATIONS,
    variable: IsolateHost["variable"],
    log: IsolateHost["log"] = () => undefined,
  ): IsolateHost => ({
    ...evaluationHost(EVALUATIONS[of], { now, seed: Math.trunc(Math.random() * 2 ** 32) }),
    variable,
    log,
    // Production drops unhandled rejections of modules that are imported (isolate/src/request_scope.rs).
    fail: () => undefined,
  });
  const ofEnvironment = (name: string) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;
  return {
    modules: host("modules", ofEnvironment, (_level, messages) => {
      logs = [...logs, messages.join(" ")].slice(-MAX_IMPORT_LOGS);
    }),
    schema: host("schema", () => {
      throw new Error("Environment variables unsupported when evaluating schema");
    }),
    authConfig: host("authConfig", (name) => {
      // Production refuses a variable that isn't set, in auth.config.ts alone.
      const value = ofEnvironment(name);
      if (value === undefined) throw authErrors.missingVariable(name);
      return value;
    }),
    appDefinition: host("appDefinition", definitionVariable),
    takeLogs: () => {
      const taken = logs;
      logs = [];
      return taken;
    },
  };
}

/** What a component's `convex.config.ts` reads of variables: it has none. */
export function refusedVariable(): never {
  throw new Error(
    "Environment variables are only supported in the app's convex.config.ts. Learn more at " +
      "https://docs.convex.dev/components/authoring#environment-variables",
  );
}
