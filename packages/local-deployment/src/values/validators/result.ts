import { MAX_VALUE_BYTES } from "../../limits/functions.ts";
import type { Value } from "convex/values";
import { FunctionError, messageOf } from "../../lib/errors.ts";
import { commitTsRefused } from "./call_args.ts";
import { valueFromJson } from "../encoding/from_json.ts";
import { serdeJsonError, parseWellFormedJson, tooDeepAt } from "../encoding/json_text.ts";
import { formatSize, measure } from "../limits.ts";

/** What a function returned, and its size in bytes as Convex counts them. */
export interface MeasuredResult {
  readonly value: Value;
  readonly size: number;
}

/**
 * Which functions' results may hold a commit timestamp that isn't known yet: those of a mutation, and of
 * what is called in its transaction. `query` stands for one that was not called by another function.
 */
export type ResultOf = "query" | "inTransaction" | "action";

/**
 * Checks what a function returned, before anything gets it (`deserialize_udf_result` in
 * crates/isolate/src/helpers.rs).
 *
 * @param path - The function, as `dir/mod.js:fn`.
 * @param text - Convex JSON.
 * @throws FunctionError in production's words when it is too large or no Convex value.
 */
export function checkResult(path: string, text: string, of: ResultOf): MeasuredResult {
  const json = parse(path, text);
  const { value, size, pending } = attempt(path, text, () => {
    const value = valueFromJson(json);
    const measured = measure(value);
    if (measured.pending && of === "action") throw commitTsRefused();
    return { value, ...measured };
  });
  if (size > MAX_VALUE_BYTES) {
    throw new FunctionError(
      `Function ${path} return value is too large (actual: ${formatSize(size)}, limit: ${formatSize(MAX_VALUE_BYTES)})`,
    );
  }
  if (pending && of === "query") {
    throw invalid(path, "queries cannot return an unresolved commit timestamp");
  }
  return { value, size };
}

function parse(path: string, text: string) {
  try {
    return parseWellFormedJson(text);
  } catch (error) {
    throw notJson(path, error);
  }
}

function attempt<T>(path: string, text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // What is nested so deep that the parser gives up is much too deep for a value.
    const tooDeep = tooDeepAt(text);
    if (tooDeep !== null) {
      throw notJson(path, serdeJsonError("recursion limit exceeded", text, tooDeep));
    }
    throw invalid(path, messageOf(error));
  }
}

function notJson(path: string, error: unknown): FunctionError {
  return new FunctionError(
    `Function ${path} failed. Could not parse return value as json: ${messageOf(error)}`,
  );
}

function invalid(path: string, problem: string): FunctionError {
  return new FunctionError(`Function ${path} return value invalid: ${problem}`);
}
