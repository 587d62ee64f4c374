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

/** How deep JSON off the wire may be nested: values go to 64, and what is around them is far below the rest. */
const MAX_WIRE_NESTING = 256;

/**
 * Parses JSON text from outside, and refuses what later, recursive steps could not be given.
 *
 * @throws SyntaxError when it is no JSON, or nested too deep.
 */
export function parseWireJson(text: string): JSONValue {
  const json = parseJsonText(text);
  let level: object[] = isNested(json) ? [json] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MAX_WIRE_NESTING) throw new SyntaxError("the JSON is nested too deep");
    const next: object[] = [];
    for (const nested of level) {
      const values: unknown[] = Object.values(nested);
      for (const value of values) if (isNested(value)) next.push(value);
    }
    level = next;
  }
  return json;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
