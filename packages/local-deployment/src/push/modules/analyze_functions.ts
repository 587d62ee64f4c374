import type { AnalyzedFunction, UdfType } from "../../engine/code/analysis.ts";
import { hasProperties } from "../../runtime/modules/convex_exports.ts";
import type { ModuleExports } from "../../runtime/modules/script.ts";
import { identifierProblem } from "../../values/identifiers.ts";
import { ANY_ARGS, ANY_RESULT, argsProblem, returnsProblem } from "./function_validators.ts";
import { moduleErrors } from "../errors/modules.ts";

/** The mark that the convex package leaves on each kind of function. */
const MARKS = [
  ["isQuery", "Query"],
  ["isMutation", "Mutation"],
  ["isAction", "Action"],
] as const;

/** Describes the functions that an isolate's module exports, by name. @throws PushError */
export function analyzeFunctions(path: string, exports: ModuleExports): AnalyzedFunction[] {
  const names = Object.keys(exports).toSorted();
  return names.flatMap((name) => {
    const exported = exports[name];
    if (!hasProperties(exported)) return [];
    const udfType = typeOf(exported);
    if (udfType === null) return [];
    const analyzed = analyzeFunction(path, name, exported, udfType);
    return analyzed === null ? [] : [analyzed];
  });
}

function typeOf(exported: object): UdfType | null {
  const types = MARKS.filter(([mark]) => mark in exported);
  return types.length === 1 ? (types[0]?.[1] ?? null) : null;
}

function analyzeFunction(
  path: string,
  name: string,
  exported: object,
  udfType: UdfType,
): AnalyzedFunction | null {
  const args = exportedValidator(path, name, exported, "exportArgs") ?? ANY_ARGS;
  const returns = exportedValidator(path, name, exported, "exportReturns") ?? ANY_RESULT;
  checkValidator(path, name, "exportArgs", argsProblem(args));
  checkValidator(path, name, "exportReturns", returnsProblem(returns));
  const isPublic = "isPublic" in exported;
  const isInternal = "isInternal" in exported;
  if (isPublic && isInternal) return null;
  checkHandler(path, name, exported);
  const problem = identifierProblem(name);
  if (problem !== null) throw moduleErrors.functionName(path, problem);
  const visibility = isPublic
    ? ({ kind: "public" } as const)
    : isInternal
      ? ({ kind: "internal" } as const)
      : null;
  return { name, pos: null, udfType, visibility, args, returns };
}

/** The JSON text that a function gives of a validator; null when it gives none. */
function exportedValidator(
  path: string,
  name: string,
  exported: object,
  method: "exportArgs" | "exportReturns",
): string | null {
  const exporter: unknown = Reflect.get(exported, method);
  if (exporter === undefined) return null;
  if (typeof exporter !== "function") {
    throw moduleErrors.invalid(`${path}:${name}.${method} is not a function or \`undefined\`.`);
  }
  const text: unknown = Reflect.apply(exporter, exported, []);
  if (typeof text === "string") return text;
  throw moduleErrors.invalid(
    `Invalid ${method} return value: ${path}:${name}.${method}() didn't return a string.`,
  );
}

function checkValidator(
  path: string,
  name: string,
  method: "exportArgs" | "exportReturns",
  problem: string | null,
): void {
  if (problem === null) return;
  throw moduleErrors.invalid(`Invalid JSON returned from ${path}:${name}.${method}(): ${problem}`);
}

function checkHandler(path: string, name: string, exported: object): void {
  const handler: unknown = Reflect.get(exported, "_handler");
  if (handler !== undefined && typeof handler !== "function") {
    throw moduleErrors.invalid(`${path}:${name}.handler is not a function.`);
  }
  if (handler === undefined && typeof exported !== "function") {
    throw moduleErrors.invalid(`${path}:${name} is not a function.`);
  }
}
