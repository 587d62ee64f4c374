import { CommitTsPlaceholder, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { MAX_VALUE_BYTES } from "../limits.ts";
import { DeveloperError } from "./developer_error.ts";
import { isObject } from "./kinds.ts";
import { checkValueLimits, formatSize, sizeOf } from "./limits.ts";

/**
 * Checks the arguments that a call from outside a transaction brings, before any validator sees them.
 *
 * @param path - The function, for messages.
 * @param json - The arguments object, as Convex JSON.
 * @throws Error when it is no Convex JSON; DeveloperError when it is too large or too deep, or holds a
 *   commit timestamp, which only a mutation's own writes can.
 */
export function checkCallArgs(path: string, json: JSONValue): void {
  const args = jsonToConvex(json);
  checkValueLimits(args);
  const size = sizeOf(args);
  if (size > MAX_VALUE_BYTES) {
    throw new DeveloperError(
      "FunctionArgumentsTooLarge",
      `Arguments for ${path} are too large (actual: ${formatSize(size)}, limit: ${formatSize(MAX_VALUE_BYTES)})`,
    );
  }
  if (hasPlaceholder(args)) {
    throw new DeveloperError(
      "InvalidArguments",
      `Arguments for ${path} can't hold a commit timestamp: it is only for documents that a mutation writes.`,
    );
  }
}

function hasPlaceholder(value: Value | undefined): boolean {
  if (value instanceof CommitTsPlaceholder) return true;
  if (Array.isArray(value)) return value.some(hasPlaceholder);
  return isObject(value) && Object.values(value).some(hasPlaceholder);
}
