import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeIndexKey } from "../../src/values/encoding/index_key.ts";
import {
  decodeUtf8,
  parseSyscallJson,
  parseWireJson,
} from "../../src/values/encoding/json_text.ts";
import { checkResult } from "../../src/values/validators/result.ts";

/** Any UTF-16 string, halves of pairs included. */
const anyString = fc
  .array(fc.oneof(fc.integer({ min: 0xd800, max: 0xdfff }), fc.integer({ min: 0, max: 0xffff })))
  .map((units) => String.fromCharCode(...units));

/** What becomes of a string in UTF-8. */
const isUnicode = (text: string) => Buffer.from(text).toString("utf8") === text;

const accepts = (parse: (text: string) => unknown, json: string) => {
  try {
    parse(json);
    return true;
  } catch (error) {
    expect(String(error)).toMatch(
      /(lone leading surrogate in|unexpected end of) hex escape at line 1 column \d+/,
    );
    return false;
  }
};

describe("a string with half a surrogate pair", () => {
  test.each([
    ["off the wire", parseWireJson],
    ["given to a system call", parseSyscallJson],
    [
      "returned",
      (text: string) => {
        checkResult("m.js:f", text, "query");
      },
    ],
  ])("%s is refused, wherever it is, and no other is", (_what, parse) => {
    // As a field's name, only off the wire: no value has one that is not ASCII.
    const places = (text: string) => [
      text,
      { a: [text] },
      ...(parse === parseWireJson ? [{ a: { [`x${text}`]: 1 } }] : []),
    ];
    const check = (text: string) => {
      for (const place of places(text)) {
        expect(accepts(parse, JSON.stringify(place))).toBe(isUnicode(text));
        // As a text that holds the halves themselves, instead of their escapes.
        const raw = JSON.stringify(place).replaceAll(/\\ud[89a-f]../g, (escape) =>
          String.fromCharCode(Number.parseInt(escape.slice(2), 16)),
        );
        expect(accepts(parse, raw)).toBe(isUnicode(text));
      }
    };
    fc.assert(fc.property(anyString, check));
    for (const text of ["\ud800", "\udfff", "a\ud83d", "\ude00\ud83d", "\ud83d\ud83d\ude00"]) {
      expect(isUnicode(text)).toBe(false);
      check(text);
    }
  });

  test("is not what its escape's text is, nor are pairs in escapes", () => {
    expect(parseWireJson('"\\\\ud800"')).toBe("\\ud800");
    expect(parseWireJson('"\\ud83d\\ude00"')).toBe("😀");
    expect(parseWireJson('"\\uFFFD"')).toBe("\ufffd");
  });

  // What serde_json says of each (parse_unicode_escape in its src/read.rs), the column in bytes.
  test.each([
    ['"\\uD800"', "unexpected end of hex escape at line 1 column 8"],
    ['"\\uD800x"', "unexpected end of hex escape at line 1 column 8"],
    ['"\\uD800\\n"', "unexpected end of hex escape at line 1 column 9"],
    ['"\\uD800\\uD83D\\uDE00"', "lone leading surrogate in hex escape at line 1 column 13"],
    ['{"é\\uDC00":1}', "lone leading surrogate in hex escape at line 1 column 10"],
    [
      '[1,\n"\\ud83d\\ude00",\n"\\udc00"]',
      "lone leading surrogate in hex escape at line 3 column 7",
    ],
  ])("has the parser's message: %s", (text, words) => {
    expect(() => parseWireJson(text)).toThrow(words);
  });

  test("being refused, different strings have different keys", () => {
    const key = (text: string) => Buffer.from(encodeIndexKey([text])).toString("hex");
    fc.assert(
      fc.property(anyString, anyString, (a, b) => {
        const json = JSON.stringify([a, b]);
        if (a !== b && accepts(parseWireJson, json)) expect(key(a)).not.toBe(key(b));
      }),
    );
    expect(key("\ud800")).toBe(key("\ufffd"));
  });
});

test("bytes that are not UTF-8 are refused, and a byte order mark is no space", () => {
  for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf0, 0x9f]]) {
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow("not UTF-8");
  }
  expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toBe("\ufeff1");
});
