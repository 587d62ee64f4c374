import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import { FunctionError, messageOf } from "../errors.ts";

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
 * @throws SyntaxError when it is no JSON, nested too deep, or holds half a surrogate pair.
 */
export function parseWireJson(text: string): JSONValue {
  const json = parseWellFormedJson(text);
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

/** In a regular expression with the flag `u`, a whole pair is one character and no surrogate. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** An escape of half a pair, or of the half of one. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Parses JSON text that a client or a function made. A string with half a surrogate pair is no Unicode:
 * in UTF-8, which is what keys are made of, all such halves are one and the same replacement character.
 * Production's JSON parser refuses them too.
 *
 * @throws SyntaxError when it is no JSON, or a string or a field's name holds half a surrogate pair.
 */
export function parseWellFormedJson(text: string): JSONValue {
  const json = parseJsonText(text);
  if (maySplitPairs(text)) checkWellFormed(json);
  return json;
}

/** Whether the text can stand for half a pair: nearly none can, and need not be walked through. */
function maySplitPairs(text: string): boolean {
  return SURROGATE_ESCAPE.test(text) || LONE_SURROGATE.test(text);
}

/**
 * Parses the arguments that a function gives a system call.
 *
 * @throws FunctionError in production's words, as `parseWellFormedJson` does.
 */
export function parseSyscallJson(text: string): JSONValue {
  try {
    return parseWellFormedJson(text);
  } catch (error) {
    throw new FunctionError(`Received invalid json: ${messageOf(error)}`);
  }
}

/**
 * Checks what a function returned, before it is told to anybody.
 *
 * @param path - The function, for the message.
 * @throws FunctionError in production's words, as `parseWellFormedJson` does.
 */
export function checkResultJson(path: string, text: string): void {
  try {
    if (maySplitPairs(text)) checkWellFormed(parseJsonText(text));
  } catch (error) {
    throw new FunctionError(
      `Function ${path} failed. Could not parse return value as json: ${messageOf(error)}`,
    );
  }
}

function checkWellFormed(json: JSONValue): void {
  const left: unknown[] = [json];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === "string") checkString(value);
    if (!isNested(value)) continue;
    for (const [name, inner] of Object.entries(value)) {
      checkString(name);
      left.push(inner);
    }
  }
}

function checkString(text: string): void {
  const lone = LONE_SURROGATE.exec(text)?.[0];
  if (lone === undefined) return;
  const escaped = `\\u${lone.charCodeAt(0).toString(16)}`;
  throw new SyntaxError(`lone surrogate ${escaped} in a string: strings must be valid Unicode`);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws SyntaxError when the bytes are not UTF-8, instead of replacing what is none */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new SyntaxError("the bytes are not UTF-8");
  }
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
