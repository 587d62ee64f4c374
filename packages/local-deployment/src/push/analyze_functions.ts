import type { ValidatorJSON } from "convex/values";
import type { AnalyzedFunction, UdfType } from "../engine/analysis.ts";
import type { ModuleExports } from "../runtime/loader.ts";
import { DeveloperError } from "../values/developer_error.ts";
import { identifierProblem } from "../values/identifiers.ts";
import { parseArgsValidator, parseValidator } from "../values/validate.ts";
import { moduleRefusals } from "./refusals/modules.ts";
import { isTooDeep } from "./schema.ts";

/** The mark that the convex package leaves on each kind of function. */
const MARKS = [
  ["isQuery", "Query"],
  ["isMutation", "Mutation"],
  ["isAction", "Action"],
] as const;

/** Describes the functions that a module exports, by name. @throws PushError */
export function analyzeFunctions(
  path: string,
  environment: "isolate" | "node",
  exports: ModuleExports,
): AnalyzedFunction[] {
  const names = Object.keys(exports).toSorted();
  return names.flatMap((name) => {
    const exported = exports[name];
    if (!isObject(exported)) return [];
    const udfType = typeOf(exported);
    if (udfType === null) return [];
    const analyzed = analyzeFunction(path, environment, name, exported, udfType);
    return analyzed === null ? [] : [analyzed];
  });
}

function isObject(exported: unknown): exported is object {
  return (typeof exported === "object" && exported !== null) || typeof exported === "function";
}

function typeOf(exported: object): UdfType | null {
  const types = MARKS.filter(([mark]) => mark in exported);
  return types.length === 1 ? (types[0]?.[1] ?? null) : null;
}

function analyzeFunction(
  path: string,
  environment: "isolate" | "node",
  name: string,
  exported: object,
  udfType: UdfType,
): AnalyzedFunction | null {
  if (environment === "node" && udfType !== "Action") {
    throw moduleRefusals.onlyActions(path, name, udfType);
  }
  const args = exportedValidator(path, name, exported, "exportArgs") ?? '{"type":"any"}';
  const returns = exportedValidator(path, name, exported, "exportReturns") ?? "null";
  checkArgs(path, environment, name, args);
  checkReturns(path, environment, name, returns);
  const isPublic = "isPublic" in exported;
  const isInternal = "isInternal" in exported;
  if (isPublic && isInternal) return null;
  checkHandler(path, name, exported);
  const problem = identifierProblem(name);
  if (problem !== null) throw moduleRefusals.functionName(path, problem);
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
  const give: unknown = Reflect.get(exported, method);
  if (give === undefined) return null;
  if (typeof give !== "function") {
    throw moduleRefusals.invalid(`${path}:${name}.${method} is not a function or \`undefined\`.`);
  }
  const given: unknown = Reflect.apply(give, exported, []);
  if (typeof given === "string") return given;
  throw moduleRefusals.invalid(
    `Invalid ${method} return value: ${path}:${name}.${method}() didn't return a string.`,
  );
}

function checkArgs(
  path: string,
  environment: "isolate" | "node",
  name: string,
  text: string,
): void {
  // The text is the convex package's; whatever it is not, the parser says.
  const problem = problemOf(() => parseArgsValidator(parse(text)));
  if (problem === null) return;
  const told =
    problem.startsWith("Args validator") || problem === INVALID_JSON
      ? problem
      : moduleRefusals.validator("args", problem);
  throw moduleRefusals.invalid(
    environment === "node"
      ? `Unable to parse JSON from \`exportArgs\`:\n${told}`
      : `Invalid JSON returned from ${path}:${name}.exportArgs(): ${told}`,
  );
}

function checkReturns(
  path: string,
  environment: "isolate" | "node",
  name: string,
  text: string,
): void {
  const problem = problemOf(() => {
    const json = parse(text);
    if (json !== null) parseValidator(json);
  });
  if (problem === null) return;
  const told = problem === INVALID_JSON ? problem : moduleRefusals.validator("returns", problem);
  if (environment === "node") throw moduleRefusals.nodeReturns(path, name, told);
  throw moduleRefusals.invalid(
    `Invalid JSON returned from ${path}:${name}.exportReturns(): ${told}`,
  );
}

const INVALID_JSON = "Invalid JSON";

function parse(text: string): ValidatorJSON | null {
  if (isTooDeep(text)) throw new DeveloperError("InvalidJson", INVALID_JSON);
  try {
    // Its shape is checked by whoever compiles it.
    return JSON.parse(text) as ValidatorJSON | null;
  } catch {
    throw new DeveloperError("InvalidJson", INVALID_JSON);
  }
}

function problemOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof DeveloperError) return error.message;
    throw error;
  }
}

function checkHandler(path: string, name: string, exported: object): void {
  const handler: unknown = Reflect.get(exported, "_handler");
  if (handler !== undefined && typeof handler !== "function") {
    throw moduleRefusals.invalid(`${path}:${name}.handler is not a function.`);
  }
  if (handler === undefined && typeof exported !== "function") {
    throw moduleRefusals.invalid(`${path}:${name} is not a function.`);
  }
}
