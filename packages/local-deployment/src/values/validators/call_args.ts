import { MAX_VALUE_BYTES } from "../../limits/functions.ts";
import type { JSONValue, Value } from "convex/values";
import { messageOf } from "../../lib/errors.ts";
import { DeveloperError } from "../developer_error.ts";
import { COMMIT_TS_FIELD, isObject } from "../kinds.ts";
import { checkNesting, formatSize, measure, type Measure } from "../limits.ts";
import { valueFromJson } from "../encoding/from_json.ts";
import { fieldNameProblem } from "../identifiers.ts";

/** A call's arguments object, and what the array of it that functions are called with comes to. */
export interface MeasuredArgs {
  readonly value: Value;
  /** Bytes, as Convex counts them. */
  readonly size: number;
}

/** The array around the arguments object: production measures and limits both. */
const ARRAY_SIZE = 2;

/**
 * Checks a call's arguments before any validator sees them (crates/udf/src/helpers.rs, validation.rs).
 *
 * @param path - The function, as `dir/mod.js:fn`.
 * @param json - The arguments object, as Convex JSON.
 * @param pending - Whether a commit timestamp may be in them, which only a mutation can give what it calls.
 * @throws DeveloperError in production's words when they are too large or too deep, or no Convex value.
 */
export function checkCallArgs(
  path: string,
  json: JSONValue,
  pending: "allow" | "refuse" = "refuse",
): MeasuredArgs {
  const args = measureArgs(path, json, pending);
  if (args.size > MAX_VALUE_BYTES) {
    throw new DeveloperError(
      "FunctionArgumentsTooLarge",
      `Arguments for ${path} are too large (actual: ${formatSize(args.size)}, limit: ${formatSize(MAX_VALUE_BYTES)})`,
    );
  }
  return args;
}

/** As `checkCallArgs`, but for the limit on the size: to those of a scheduled function others apply. */
export function measureArgs(
  path: string,
  json: JSONValue,
  pending: "allow" | "refuse" = "refuse",
): MeasuredArgs {
  const where = `Invalid arguments for ${path}`;
  const { value, ...measured } = parsed(json, where);
  if (pending === "refuse") {
    attempt(where, () => {
      if (measured.pending) throw commitTsRefused();
      checkNesting(measured.nesting + 1);
    });
  }
  return { value, size: measured.size + ARRAY_SIZE };
}

/**
 * Checks the arguments that a function gives a function that it calls in its own transaction, before it
 * is known which that is (crates/isolate/src/environment/udf/async_syscall.rs).
 *
 * @throws DeveloperError in production's words
 */
export function checkNestedArgs(json: JSONValue, pending: "allow" | "refuse"): void {
  const where = "Invalid argument `args` for `runUdf`";
  const { value, ...measured } = parsed(json, where);
  attempt(where, () => {
    if (pending === "refuse" && measured.pending) throw commitTsRefused();
    if (!isObject(value)) throw new DeveloperError("InvalidArgument", "Value must be an Object");
  });
}

function parsed(json: JSONValue, where: string): Measure & { value: Value } {
  return attempt(where, () => {
    const value = valueFromJson(json);
    return { value, ...measure(value) };
  });
}

function attempt<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DeveloperError("InvalidArgument", `${where}: ${messageOf(error)}`);
  }
}

/** To a parser that knows no commit timestamp, it is an object with a field that can't be. */
export function commitTsRefused(): DeveloperError {
  return new DeveloperError("InvalidFieldName", fieldNameProblem(COMMIT_TS_FIELD) ?? "");
}
