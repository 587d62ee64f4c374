import * as path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isAppPath, MAX_PATH_BYTES } from "../src/app/paths.ts";

/** Names and parts of names that mean something to a system, a URL or git. */
const aPiece = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "",
    "/",
    "\\",
    "\0",
    "%2e%2e",
    "%2f",
    "\ud800",
    "~",
    ":(top)",
    "-n",
    "\n",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const aPath = fc
  .tuple(fc.array(aPiece, { maxLength: 8 }), fc.constantFrom("/", ""))
  .map(([pieces, separator]) => pieces.join(separator));

test("what is accepted stays below the folder, wherever that is, and is written in one way only", () => {
  fc.assert(
    fc.property(aPath, (name) => {
      fc.pre(isAppPath(name) && name !== "");
      expect(path.posix.join("/home/app", name)).toBe(`/home/app/${name}`);
      expect(new TextDecoder().decode(new TextEncoder().encode(name))).toBe(name);
    }),
  );
});

test("every name that a file can have is accepted", () => {
  const aName = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .filter((name) => !/[/\\\0]/.test(name) && name !== "." && name !== "..");
  fc.assert(
    fc.property(fc.array(aName, { maxLength: 6 }), (names) => {
      expect(isAppPath(names.join("/"))).toBe(true);
    }),
  );
});

test.for(["..", "a/..", ".", "a/./b", "/a", "a/", "a//b", "a\\b", "a\0b", "\udc00", "a\ud800/b"])(
  "%j is refused",
  (name) => {
    expect(isAppPath(name)).toBe(false);
  },
);

test("a path is measured in bytes", () => {
  expect(isAppPath("a".repeat(MAX_PATH_BYTES))).toBe(true);
  expect(isAppPath("a".repeat(MAX_PATH_BYTES + 1))).toBe(false);
  expect(isAppPath("ä".repeat(MAX_PATH_BYTES / 2))).toBe(true);
  expect(isAppPath(`ä${"a".repeat(MAX_PATH_BYTES - 1)}`)).toBe(false);
});
