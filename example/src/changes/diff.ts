/** Reading a unified diff, as git writes it. */

/** A line of a file, as a diff shows it. */
export interface DiffLine {
  kind: "added" | "removed" | "same" | "hunk";
  /** Without its mark; of a hunk's head what stands behind the line numbers. */
  text: string;
  /** Its number before and after, where it is there. */
  before?: number;
  after?: number;
}

/** What a diff says of one file. */
export interface FileDiff {
  /** Where the file is after the change, or was before it was deleted. */
  path: string;
  lines: DiffLine[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/** The files of a diff, in its order. What it was cut off in the middle of is there as far as it goes. */
export function parseDiff(diff: string): FileDiff[] {
  const files: FileDiff[] = [];
  let file: FileDiff | undefined;
  let hunk = { before: 0, after: 0, beforeEnd: 0, afterEnd: 0 };
  const isInHunk = (): boolean => hunk.before < hunk.beforeEnd || hunk.after < hunk.afterEnd;
  for (const line of diff.split("\n")) {
    if (!isInHunk() && line.startsWith("diff --git ")) {
      file = { path: pathInHead(line), lines: [] };
      files.push(file);
      continue;
    }
    if (file === undefined) continue;
    const head = isInHunk() ? null : HUNK.exec(line);
    if (head) {
      const [, before = "", beforeCount = "1", after = "", afterCount = "1", text = ""] = head;
      hunk = {
        before: Number(before),
        after: Number(after),
        beforeEnd: Number(before) + Number(beforeCount),
        afterEnd: Number(after) + Number(afterCount),
      };
      file.lines.push({ kind: "hunk", text });
    } else if (isInHunk()) {
      const read = readLine(line, hunk);
      if (read === undefined) continue;
      file.lines.push(read);
      if (read.before !== undefined) hunk.before += 1;
      if (read.after !== undefined) hunk.after += 1;
    } else {
      file.path = pathIn(line) ?? file.path;
    }
  }
  return files;
}

/** A line within a hunk; undefined for a remark such as "No newline at end of file". */
function readLine(
  line: string,
  { before, after }: { before: number; after: number },
): DiffLine | undefined {
  const text = line.slice(1);
  switch (line.charAt(0)) {
    case "+":
      return { kind: "added", text, after };
    case "-":
      return { kind: "removed", text, before };
    case " ":
      return { kind: "same", text, before, after };
    default:
      return undefined;
  }
}

/** The path that a line of a file's head names. */
function pathIn(line: string): string | undefined {
  const named = /^(?:--- |\+\+\+ |rename to )(.*?)\t?$/.exec(line)?.[1];
  if (named === undefined || named === "/dev/null") return undefined;
  const path = unquote(named);
  return line.startsWith("rename") ? path : path.replace(/^[ab]\//, "");
}

/** The path of a file that no other line names, such as an empty or a binary one: it is the same on both sides. */
function pathInHead(line: string): string {
  const both = line.slice("diff --git ".length);
  const quoted = /^"(?:[^"\\]|\\.)*" (".*")$/.exec(both)?.[1];
  const after = quoted ?? both.slice((both.length + 1) / 2);
  return unquote(after).replace(/^[ab]\//, "");
}

const ESCAPES: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** A path that git has put in quotes as C does, with the bytes of UTF-8 as octal numbers. */
function unquote(path: string): string {
  if (!/^".*"$/.test(path)) return path;
  const bytes: number[] = [];
  for (const [piece] of path.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]/.test(piece)) bytes.push(parseInt(piece.slice(1), 8));
    else if (piece.startsWith("\\"))
      bytes.push(...utf8(ESCAPES[piece.charAt(1)] ?? piece.charAt(1)));
    else bytes.push(...utf8(piece));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
