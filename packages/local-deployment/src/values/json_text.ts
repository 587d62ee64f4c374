import { jsonToConvex, type JSONValue, type Value } from "convex/values";

/**
 * Parses JSON text that the deployment or the convex package wrote.
 *
 * @throws SyntaxError when it is no JSON.
 */
export function parseJsonText(text: string): JSONValue {
  // JSON.parse makes nothing but JSON values; its declared type is `any`.
  return JSON.parse(text) as JSONValue;
}

/**
 * The value that Convex JSON text stands for.
 *
 * @throws Error when the text is no Convex JSON.
 */
export function parseValueText(text: string): Value {
  return jsonToConvex(parseJsonText(text));
}
