import { checkCallArgs } from "../../values/validators/call_args.ts";
import { checkResult } from "../../values/validators/result.ts";
import { checkArgs, checkReturns } from "../../values/validators/validate.ts";
import { addressSchema, resolveAddress, resolveTarget } from "../calls/addresses.ts";
import { findFunction, findModule } from "../code/code_store.ts";
import { inComponent, locateFunction } from "../calls/invoke.ts";
import { canonicalFunctionPath, formatFunctionPath, parseFunctionPath } from "../calls/paths.ts";
import type { FunctionCall, LocatedAction } from "../protocol.ts";
import { functionEnv } from "../calls/runtime.ts";
import { tableNames, validatorsOf } from "../code/schemas.ts";
import type { EngineState } from "../state.ts";
import { parseArgs } from "../syscalls/syscall.ts";
import { attempt, type EngineContext, type EngineHandlers } from "./context.ts";

type ActionHandlers = Pick<
  EngineHandlers,
  "locateAction" | "checkActionResult" | "createHandle" | "componentModules" | "nodeModules"
>;

/** The deployment's answers to actions, which run in threads and processes of their own. */
export function actionHandlers(context: EngineContext): ActionHandlers {
  const { state } = context;
  return {
    locateAction: (call) => attempt(() => locateAction(state, call)),
    checkActionResult: ({ component: id, path, result }) =>
      attempt(() => {
        const target = parseFunctionPath(path);
        const { value, size } = checkResult(canonicalFunctionPath(target), result, "action");
        const component = state.code.components.get(id);
        if (component === undefined) return { size };
        const analyzed = findFunction(state.code, component, target);
        const returns = analyzed === undefined ? null : validatorsOf(analyzed).returns;
        checkReturns(returns, value, tableNames(state.store.catalog, id));
        return { size };
      }),
    createHandle: ({ caller, args }) =>
      attempt(() => {
        const component = context.component(caller);
        const target = resolveAddress(
          state.code,
          state.handles,
          component,
          parseArgs("createFunctionHandle", addressSchema, args),
        );
        return state.handles.create(target.component.id, formatFunctionPath(target.path));
      }),
    componentModules: (id) => {
      const component = context.component(id);
      return {
        env: functionEnv(component, state.urls),
        modules: state.codeStore
          .pushedModules(component.definition)
          .filter(({ environment }) => environment === "isolate")
          .map(({ path, environment, compiled }) => ({ path, environment, compiled })),
      };
    },
    nodeModules: () =>
      state.codeStore
        .pushedModules("")
        .filter(({ environment }) => environment === "node")
        .map(({ path, source, sourceMap }) => ({ path, source, sourceMap })),
  };
}

function locateAction(state: EngineState, call: FunctionCall): LocatedAction {
  const target = resolveTarget(state, call.target);
  const analyzed = locateFunction(state, { ...target, type: "action" });
  const { component, path } = target;
  const names = tableNames(state.store.catalog, component.id);
  const args = checkCallArgs(canonicalFunctionPath(path), call.args);
  checkArgs(validatorsOf(analyzed).args, args.value, names);
  const module = findModule(state.code, component, path.module);
  return {
    component: component.id,
    componentPath: component.path,
    where: inComponent(component),
    module: path.module,
    name: path.name,
    environment: module?.environment ?? "isolate",
    env: functionEnv(component, state.urls),
    argsSize: args.size,
  };
}
