import type { ValidatorJSON } from "convex/values";
import { DeveloperError } from "../../values/developer_error.ts";
import { parseWellFormedJson, tooDeepAt } from "../../values/encoding/json_text.ts";
import { parseArgsValidator, parseValidator } from "../../values/validators/validate.ts";
import { moduleErrors } from "../errors/modules.ts";

/** The validators, as JSON text, of a function that gives none. */
export const ANY_ARGS = '{"type":"any"}';
export const ANY_RESULT = "null";

const INVALID_JSON = "Invalid JSON";

/** What is wrong with the JSON text of a function's argument validator, in production's words; null when nothing is. */
export function argsProblem(text: string): string | null {
  // The text is the convex package's; whatever it is not, the parser says.
  const problem = problemOf(() => parseArgsValidator(parse(text)));
  if (problem === null || problem === INVALID_JSON || problem.startsWith("Args validator")) {
    return problem;
  }
  return moduleErrors.validator("args", problem);
}

/** What is wrong with the JSON text of a function's result validator, in production's words; null when nothing is. */
export function returnsProblem(text: string): string | null {
  const problem = problemOf(() => {
    const json = parse(text);
    if (json !== null) parseValidator(json);
  });
  if (problem === null || problem === INVALID_JSON) return problem;
  return moduleErrors.validator("returns", problem);
}

function parse(text: string): ValidatorJSON | null {
  if (tooDeepAt(text) !== null) throw new DeveloperError("InvalidJson", INVALID_JSON);
  try {
    // Its shape is checked when it is compiled.
    return parseWellFormedJson(text) as ValidatorJSON | null;
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
