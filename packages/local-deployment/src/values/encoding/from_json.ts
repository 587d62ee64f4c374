import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import { checkFieldName } from "../limits.ts";

/** Objects of one field that stand for a value of another type. */
const ENCODINGS = new Set(["$bytes", "$integer", "$float", "$commitTs"]);

/**
 * The value that Convex JSON from a client or a function stands for.
 *
 * @throws DeveloperError `InvalidFieldName` in production's words, where the convex package has its own;
 *   Error when it is no Convex JSON for another reason
 */
export function valueFromJson(json: JSONValue): Value {
  try {
    return jsonToConvex(json);
  } catch (error) {
    checkFieldNames(json);
    throw error;
  }
}

function checkFieldNames(json: JSONValue | undefined): void {
  if (typeof json !== "object" || json === null) return;
  if (Array.isArray(json)) {
    json.forEach(checkFieldNames);
    return;
  }
  const entries = Object.entries(json);
  if (entries.length === 1 && ENCODINGS.has(entries[0]?.[0] ?? "")) return;
  for (const [name, value] of entries) {
    checkFieldName(name);
    checkFieldNames(value);
  }
}
