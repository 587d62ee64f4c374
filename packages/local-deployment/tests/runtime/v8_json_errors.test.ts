import fc from "fast-check";
import { expect, test } from "vitest";
import { v8JsonError } from "../../src/runtime/errors/v8_json_errors.ts";

/** The message of this Node's V8 for a text; null for valid JSON. Before V8 11.4 it had no line and column. */
function v8(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return (error as Error).message.replace(/ \(line \d+ column \d+\)$/, "");
  }
}

const pieces = fc.constantFrom(
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"a"',
    "a",
    "\\",
    "\\u",
    "12",
    "\\n",
    "\n",
    "\t",
    "\r\n",
    " ",
  ],
  ...[
    "0",
    "01",
    "-",
    "1.",
    "1.5e",
    "e+",
    "true",
    "tru",
    "nul",
    "null",
    "undefined",
    "NaN",
    "é",
    "💥",
  ],
);

test("an invalid JSON text has V8's message", () => {
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join("")),
    fc.json().chain((json) =>
      fc.tuple(fc.nat(json.length), fc.nat(3), pieces).map(([place, cut, piece]) => {
        return json.slice(0, place) + piece + json.slice(place + cut);
      }),
    ),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const theirs = v8(text);
      fc.pre(theirs !== null);
      expect(v8JsonError(text).replace(/ \(line \d+ column \d+\)$/, "")).toBe(theirs);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  [undefined, `"undefined" is not valid JSON`],
  ["", "Unexpected end of JSON input"],
  ["{a", "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["<html>", `Unexpected token '<', "<html>" is not valid JSON`],
  ["undefined", `"undefined" is not valid JSON`],
  [
    '{\n  "a": 1,\n}',
    "Expected double-quoted property name in JSON at position 12 (line 3 column 1)",
  ],
])("the message for %j has the position of the error", (text, words) => {
  expect(v8JsonError(text)).toBe(words);
});
