import type { NodeExport } from "../../actions/protocol.ts";
import type { NodeAnalysis } from "../../actions/runners/node_analysis.ts";
import type { AnalyzedFunction, AnalyzedModule } from "../../engine/code/analysis.ts";
import { identifierProblem } from "../../values/identifiers.ts";
import { byName } from "../../values/order.ts";
import { ANY_ARGS, ANY_RESULT, argsProblem, returnsProblem } from "./function_validators.ts";
import { moduleErrors } from "../errors/modules.ts";

/**
 * Describes Node modules by what came of importing them, and holds it against production's rules
 * (crates/node_executor/src/executor.rs, `analyze`).
 *
 * @throws PushError `InvalidModules`, `InvalidNodeActionReturnsValidator`, `InvalidFunctionName` or
 *   `DeploymentNotConfiguredForNodeActions`
 */
export function analyzeNodeModules(analysis: NodeAnalysis): Record<string, AnalyzedModule> {
  if (analysis.kind === "noNode") throw moduleErrors.noNode();
  if (analysis.kind === "failed") throw moduleErrors.invalid(analysis.error);
  const inOrder = Object.entries(analysis.modules).toSorted(byName);
  return Object.fromEntries(
    inOrder.map(([path, exports]) => {
      const functions = exports.map((exported) => analyzeFunction(path, exported));
      return [path, { environment: "node", functions, httpRoutes: null, cronSpecs: null }];
    }),
  );
}

function analyzeFunction(path: string, exported: NodeExport): AnalyzedFunction {
  const { name, udfType, visibility } = exported;
  if (udfType !== "Action") throw moduleErrors.onlyActions(path, name, udfType);
  const args = exported.args ?? ANY_ARGS;
  const returns = exported.returns ?? ANY_RESULT;
  const wrongArgs = argsProblem(args);
  if (wrongArgs !== null) throw moduleErrors.nodeArgs(wrongArgs);
  const wrongReturns = returnsProblem(returns);
  if (wrongReturns !== null) throw moduleErrors.nodeReturns(path, name, wrongReturns);
  const problem = identifierProblem(name);
  if (problem !== null) throw moduleErrors.functionName(path, problem);
  const kind = visibility === null ? null : { kind: visibility };
  return { name, pos: null, udfType, visibility: kind, args, returns };
}
