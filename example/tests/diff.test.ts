import { expect, test } from "vitest";
import { parseDiff, type FileDiff } from "../src/changes/diff";

/** A file's lines as a person reads them: mark, numbers, text. */
function read({ path, lines }: FileDiff): string[] {
  const marks = { added: "+", removed: "-", same: " ", hunk: "@" };
  return [
    path,
    ...lines.map(({ kind, text, before = "", after = "" }) =>
      [marks[kind], before, after, text].join("|"),
    ),
  ];
}

function readAll(...lines: string[]): string[][] {
  return parseDiff(lines.join("\n")).map(read);
}

test("a changed file has its lines with their numbers on both sides", () => {
  expect(
    readAll(
      "diff --git a/app.js b/app.js",
      "index 83db48f..bf269f4 100644",
      "--- a/app.js",
      "+++ b/app.js",
      "@@ -10,3 +10,4 @@ function start() {",
      " one",
      "-two",
      "+TWO",
      "+two and a half",
      " three",
      "",
    ),
  ).toEqual([
    [
      "app.js",
      "@|||function start() {",
      " |10|10|one",
      "-|11||two",
      "+||11|TWO",
      "+||12|two and a half",
      " |12|13|three",
    ],
  ]);
});

test("lines that look like a diff's own are content, where they are content", () => {
  expect(
    readAll(
      "diff --git a/notes.sql b/notes.sql",
      "--- a/notes.sql",
      "+++ b/notes.sql",
      "@@ -1,2 +1,3 @@",
      "--- a comment",
      "+++ b/other",
      "+diff --git a/x b/x",
      " @@ -1 +1 @@",
      "\\ No newline at end of file",
    ),
  ).toEqual([
    [
      "notes.sql",
      "@|||",
      "-|1||-- a comment",
      "+||1|++ b/other",
      "+||2|diff --git a/x b/x",
      " |2|3|@@ -1 +1 @@",
    ],
  ]);
});

test("added, deleted, renamed, empty and binary files have the path that they are listed under", () => {
  expect(
    readAll(
      ...[
        "diff --git a/new.txt b/new.txt",
        "new file mode 100644",
        "--- /dev/null",
        "+++ b/new.txt",
      ],
      ...["@@ -0,0 +1 @@", "+hello"],
      ...[
        "diff --git a/old.txt b/old.txt",
        "deleted file mode 100644",
        "--- a/old.txt",
        "+++ /dev/null",
      ],
      ...["@@ -1 +0,0 @@", "-bye"],
      ...["diff --git a/a b/a b/c", "similarity index 100%", "rename from a b/a", "rename to c"],
      ...[
        "diff --git a/empty b.txt b/empty b.txt",
        "new file mode 100644",
        "index 0000000..e69de29",
      ],
      ...["diff --git a/x.png b/x.png", "Binary files a/x.png and b/x.png differ"],
    ),
  ).toEqual([
    ["new.txt", "@|||", "+||1|hello"],
    ["old.txt", "@|||", "-|1||bye"],
    ["c"],
    ["empty b.txt"],
    ["x.png"],
  ]);
});

test("names that git puts in quotes are read: bytes of UTF-8, quotes, line breaks", () => {
  const quoted = String.raw`"a/\303\244 \"x\"\n.txt" "b/\303\244 \"x\"\n.txt"`;
  expect(readAll(`diff --git ${quoted}`, "Binary files differ")).toEqual([['ä "x"\n.txt']]);
  expect(
    readAll("diff --git a/a b/a", "--- /dev/null", String.raw`+++ "b/\344\270\211.md"`),
  ).toEqual([["三.md"]]);
  expect(readAll("diff --git a/x y b/x y", "--- a/x y\t", "+++ b/x y\t")).toEqual([["x y"]]);
});

test("a diff that was cut is there as far as it goes", () => {
  const lines = ["diff --git a/a b/a", "--- a/a", "+++ b/a", "@@ -1,900 +1,900 @@", " one", "-tw"];
  expect(readAll(...lines)).toEqual([["a", "@|||", " |1|1|one", "-|2||tw"]]);
  expect(readAll("")).toEqual([]);
  expect(readAll("no diff", "at all")).toEqual([]);
});
