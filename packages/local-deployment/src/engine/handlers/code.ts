import { systemTransaction } from "../calls/executor.ts";
import { httpTargets } from "../code/http_targets.ts";
import { activatePush, findSchemaProblem } from "../code/activate_push.ts";
import { checkVariableChanges } from "../code/variables.ts";
import { DeveloperError } from "../../values/developer_error.ts";
import type { EngineContext, EngineHandlers } from "./context.ts";

type CodeHandlers = Pick<
  EngineHandlers,
  | "environment"
  | "checkVariables"
  | "setVariables"
  | "pushedAt"
  | "pushedModules"
  | "componentIds"
  | "checkSchema"
  | "activate"
  | "httpRoutes"
  | "authProviders"
>;

/** Reads and replaces the pushed code and the environment variables. */
export function codeHandlers(context: EngineContext): CodeHandlers {
  const { state } = context;
  return {
    environment: () => state.codeStore.environment(),
    checkVariables: (changes) => {
      const declared = state.code.definitions.get("")?.metadata.envVars ?? [];
      try {
        checkVariableChanges(state.code.environment, changes, declared);
        return null;
      } catch (error) {
        if (!(error instanceof DeveloperError)) throw error;
        return { code: error.code, message: error.message };
      }
    },
    setVariables: ({ changes, auth }) => {
      systemTransaction(state, (tx) => {
        tx.system(() => {
          for (const { name, value } of changes) state.codeStore.setEnvironment(name, value);
          if (auth !== null) state.codeStore.setAuth(auth);
        });
      });
      context.reload();
      return null;
    },
    pushedAt: () => state.code.pushedAt,
    pushedModules: () => state.codeStore.pushedModules(""),
    componentIds: () => [...state.codeStore.componentIds()],
    checkSchema: (push) => findSchemaProblem(state, push),
    activate: (push) => {
      const outcome = activatePush(state, push);
      if (outcome.kind === "activated") context.reload();
      return outcome;
    },
    httpRoutes: () => httpTargets(state.code),
    authProviders: () => state.code.auth,
  };
}
