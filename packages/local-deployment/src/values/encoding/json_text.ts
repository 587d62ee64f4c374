import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import { FunctionError, messageOf } from "../../lib/errors.ts";
import { MAX_JSON_NESTING } from "../../limits/values.ts";

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
 * Production's JSON parser (serde_json) refuses them too.
 *
 * @throws SyntaxError when it is no JSON, or a string or a field's name holds half a surrogate pair.
 */
export function parseWellFormedJson(text: string): JSONValue {
  const json = parseJsonText(text);
  if (SURROGATE_ESCAPE.test(text) || LONE_SURROGATE.test(text)) checkWellFormed(text);
  return json;
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

/** A character of text with an escape that may be half a pair, such an escape alone, or half a pair itself. */
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|.)|\p{Surrogate}/gsu;

/** @param text - valid JSON */
function checkWellFormed(text: string): void {
  const escapes = [...text.matchAll(ESCAPE)];
  for (let i = 0; i < escapes.length; i++) {
    const escape = escapes[i];
    if (escape === undefined) return;
    const [whole, hex] = escape;
    const unit = hex === undefined ? whole.charCodeAt(0) : Number.parseInt(hex, 16);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const end = escape.index + whole.length;
    if (hex === undefined || unit >= 0xdc00) throw loneSurrogate(text, end);
    // The other half must follow, as an escape too.
    const next = escapes[i + 1];
    if (next?.index !== end) throw serdeJsonError("unexpected end of hex escape", text, end + 1);
    if (next[1] === undefined) throw serdeJsonError("unexpected end of hex escape", text, end + 2);
    const low = Number.parseInt(next[1], 16);
    if (low < 0xdc00 || low > 0xdfff) throw loneSurrogate(text, end + next[0].length);
    i++;
  }
}

/** In the parser's words, which calls either half the leading one. */
function loneSurrogate(text: string, index: number): SyntaxError {
  return serdeJsonError("lone leading surrogate in hex escape", text, index);
}

/** An error as serde_json tells it, with the bytes of the line that were read. */
export function serdeJsonError(problem: string, text: string, index: number): SyntaxError {
  const read = text.slice(0, index);
  const line = read.split("\n").length;
  const column = Buffer.byteLength(read.slice(read.lastIndexOf("\n") + 1));
  return new SyntaxError(`${problem} at line ${String(line)} column ${String(column)}`);
}

/** A string, of which nothing counts, or where an array or an object begins or ends. */
const STRUCTURE = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/gs;

/** The position after the bracket that is one too many for production's parser; null when there is none. @param text - valid JSON */
export function tooDeepAt(text: string): number | null {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(STRUCTURE)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth === MAX_JSON_NESTING) return index + 1;
  }
  return null;
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
