/** The script that reads what a version changed. It runs in the sandbox, on Node 18 or later, as CommonJS. */
import { PRELUDE } from "./file-scripts.ts";
import { REPOSITORY } from "./repository-script.ts";

const MAX_CHANGED_FILES = 300;
const MAX_DIFF_BYTES = 512 * 1024;

/** Reads what `input.version` changed. Git is ended as soon as it has said enough. */
export const CHANGES_SCRIPT = `${PRELUDE}${REPOSITORY}
const CHANGES = { A: "added", D: "deleted", R: "renamed" };
const DIFF = ["-c", "core.bigFileThreshold=5m", "diff-tree", "-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color"];

/** Runs git until it ends, or \`isEnough\` of what it has printed. */
function readSome(args, isEnough, done) {
  const child = spawn("git", [...GLOBAL, ...args], { ...OPTIONS, stdio: ["ignore", "pipe", "pipe"] });
  const chunks = [];
  let stderr = "";
  let size = 0;
  let enough = false;
  child.once("error", (error) => failed(error, ""));
  child.stdout.on("data", (chunk) => {
    if (enough) return;
    chunks.push(chunk);
    size += chunk.length;
    enough = isEnough(size, chunk);
    if (enough) child.kill("SIGKILL");
  });
  child.stderr.on("data", (chunk) => (stderr = (stderr + chunk).slice(-2000)));
  child.once("close", (code) => {
    if (code !== 0 && !enough) failed(undefined, stderr);
    done(Buffer.concat(chunks), enough);
  });
}
/** ":mode mode sha sha status NUL path NUL", with a second path after a rename. */
function filesIn(raw) {
  const parts = String(raw).split("\\0");
  const files = [];
  for (let at = 0; at + 1 < parts.length && parts[at] !== "";) {
    const letter = parts[at].split(" ")[4]?.[0] ?? "";
    const change = CHANGES[letter] ?? "changed";
    const isRename = letter === "R";
    if (isRename && at + 2 >= parts.length - 1) break;
    files.push(isRename ? { path: parts[at + 2], previousPath: parts[at + 1], change } : { path: parts[at + 1], change });
    at += isRename ? 3 : 2;
  }
  return files;
}
/** "added TAB removed TAB path NUL", or with an empty path and two paths after it. */
function countsIn(numstat) {
  const parts = String(numstat).split("\\0");
  const counts = new Map();
  const number = (text) => (text === "-" ? null : Number(text));
  for (let at = 0; at < parts.length && parts[at] !== "";) {
    const [, added, removed, file] = /^([\\d-]+)\\t([\\d-]+)\\t([^]*)$/.exec(parts[at]) ?? [];
    if (added === undefined) break;
    counts.set(file === "" ? parts[at + 2] : file, { added: number(added), removed: number(removed) });
    at += file === "" ? 3 : 1;
  }
  return counts;
}
function wholeLines(diff, isCut) {
  return isCut ? diff.subarray(0, diff.subarray(0, ${MAX_DIFF_BYTES}).lastIndexOf(10) + 1) : diff;
}
guarded(() => {
  if (!fs.existsSync(path.join(GIT_DIR, "quaver-ready"))) answer({ kind: "notFound" });
  const version = commitOf(input.version);
  if (version === null) answer({ kind: "notFound" });
  const range = [commitOf(version + "^") ?? EMPTY_TREE, version];
  const isListed = () => {
    let separators = 0; // at most three for a file
    return (_size, chunk) => {
      for (const byte of chunk) if (byte === 0) separators += 1;
      return separators > ${MAX_CHANGED_FILES * 3 + 3};
    };
  };
  readSome([...DIFF, "--raw", "-z", ...range], isListed(), (raw, isLong) => {
    const all = filesIn(raw);
    const files = all.slice(0, ${MAX_CHANGED_FILES});
    readSome([...DIFF, "--numstat", "-z", ...range], isListed(), (numstat) => {
      const counts = countsIn(numstat);
      readSome([...DIFF, "-p", ...range], (size) => size > ${MAX_DIFF_BYTES}, (diff, isCut) => {
        answer({
          kind: "changes",
          files: files.map((file) => ({ ...file, ...(counts.get(file.path) ?? { added: null, removed: null }) })),
          diff: wholeLines(diff, isCut).toString("base64"),
          more: isLong || isCut || all.length > files.length,
        });
      });
    });
  });
});
`;
