/**
 * The scripts of versions. They run in the sandbox, on Node 18 or later, as CommonJS, with the image's git.
 *
 * A version is a commit of \`refs/heads/main\` in \`$HOME/.quaver/versions.git\`, whose work tree is the app's folder. What the
 * agent does with a repository of its own in that folder, or in a folder below, changes nothing: the files are found by
 * walking the folders, and \`.git\` is left out. Only the exclusions of the app's \`.gitignore\` files are asked of git.
 *
 * Any of these scripts may be killed between two steps. Git replaces its files as a whole, so that what remains is a state
 * from before or after a step, and perhaps a lock, which the next script removes.
 */
import { PRELUDE } from "./file-scripts.ts";

const MAX_FILE_BYTES = 50 * 1024 * 1024;
const MAX_FILES = 50_000;
const MAX_CHANGED_FILES = 300;
const MAX_DIFF_BYTES = 512 * 1024;
const BUSY_AFTER_MS = 12_000;

/**
 * - \`git\`: runs git to its end. It reads no configuration and no attributes but ours, runs no hook, and takes every path
 *   literally. Exit codes: see \`node-script.ts\`.
 * - \`withRepository\`: makes the repository if it isn't there, and holds it for a single script at a time.
 */
const REPOSITORY = `
const { spawn, spawnSync } = require("node:child_process");
const FOLDER = path.join(HOME, ".quaver");
const GIT_DIR = path.join(FOLDER, "versions.git");
const LOCK = path.join(FOLDER, "versions.lock");
const MAIN = "refs/heads/main";
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const SETTINGS = {
  "core.attributesFile": "/dev/null",
  "core.autocrlf": "false",
  "core.bare": "false",
  "core.bigFileThreshold": "5m",
  "core.excludesFile": "/dev/null",
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.protectHFS": "false",
  "core.protectNTFS": "false",
  "core.quotePath": "false",
  "diff.renameLimit": "300",
  "gc.auto": "0",
  "safe.directory": "*",
};
const GIT_ENV = {
  PATH: process.env.PATH,
  LC_ALL: "C",
  GIT_DIR,
  GIT_WORK_TREE: APP,
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Quaver",
  GIT_AUTHOR_EMAIL: "quaver@localhost",
  GIT_COMMITTER_NAME: "Quaver",
  GIT_COMMITTER_EMAIL: "quaver@localhost",
};
const SET = Object.entries(SETTINGS).flatMap(([key, value]) => ["-c", key + "=" + value]);
const GLOBAL = ["--literal-pathspecs", ...SET];
const OPTIONS = { cwd: APP, env: GIT_ENV, maxBuffer: 256 * 1024 * 1024 };

function failed(error, stderr) {
  if (error !== undefined && error.code === "ENOENT") process.exit(70);
  if (/No space left on device|Disk quota exceeded/.test(stderr)) process.exit(71);
  process.stderr.write(stderr);
  process.exit(1);
}
function tryGit(args, stdin = "", options = OPTIONS) {
  const result = spawnSync("git", [...GLOBAL, ...args], { ...options, input: stdin });
  if (result.error !== undefined) failed(result.error, "");
  return { code: result.status, stdout: result.stdout, stderr: String(result.stderr) };
}
function git(args, stdin, options) {
  const { code, stdout, stderr } = tryGit(args, stdin, options);
  if (code !== 0) failed(undefined, stderr);
  return String(stdout).trim();
}
function commitOf(name) {
  const { code, stdout } = tryGit(["rev-parse", "-q", "--verify", name + "^{commit}"]);
  return code === 0 ? String(stdout).trim() : null;
}
function write(file, text) {
  fs.writeFileSync(file + ".new", text);
  fs.renameSync(file + ".new", file);
}
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return fs.readFileSync("/proc/" + pid + "/environ", "utf8").includes("QUAVER_APP_SCRIPT=");
  } catch (error) {
    return error.code === "EPERM";
  }
}
function takeLock() {
  const giveUpAt = Date.now() + ${BUSY_AFTER_MS};
  const mine = LOCK + "." + process.pid;
  fs.writeFileSync(mine, String(process.pid));
  process.on("exit", () => fs.rmSync(mine, { force: true }));
  for (;;) {
    try {
      fs.linkSync(mine, LOCK);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = Number(fs.readFileSync(LOCK, { encoding: "utf8", flag: "a+" }));
    if (!(holder > 0 && isAlive(holder))) fs.rmSync(LOCK, { force: true });
    else if (Date.now() > giveUpAt) process.exit(75);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  process.on("exit", () => fs.rmSync(LOCK, { force: true }));
}
function openRepository() {
  fs.mkdirSync(APP, { recursive: true });
  fs.mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  takeLock();
  const ready = path.join(GIT_DIR, "quaver-ready");
  if (!fs.existsSync(ready)) {
    fs.rmSync(GIT_DIR, { recursive: true, force: true });
    const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = GIT_ENV;
    git(["init", "-q", "--bare", "--template=", "--initial-branch=main", GIT_DIR], "", { ...OPTIONS, env });
    fs.mkdirSync(path.join(GIT_DIR, "info"), { recursive: true });
    // Above all that the app's own .gitattributes say: a file is stored as it is.
    write(path.join(GIT_DIR, "info", "attributes"), "* -text -eol -ident -filter -working-tree-encoding !diff !merge\\n");
    write(ready, "");
  }
  for (const lock of ["index.lock", "HEAD.lock", MAIN + ".lock"]) {
    fs.rmSync(path.join(GIT_DIR, lock), { force: true });
  }
}
function guarded(work) {
  try {
    work();
  } catch (error) {
    if (error.code === "ENOSPC" || error.code === "EDQUOT") process.exit(71);
    throw error;
  }
}
`;

/**
 * - \`filesToKeep\`: the paths of what a version has.
 * - \`commit\`: makes a version of the files, or returns the last one if nothing has changed since.
 */
const COMMIT = `
const LEFT_OUT = /^(node_modules|\\.git|\\.env(\\..*)?)$/i;
const isLeftOut = (name) => LEFT_OUT.test(name) && name !== ".env.example";
function canRead(file) {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
function entriesOf(folder) {
  try {
    return fs.readdirSync(path.join(APP, folder), { withFileTypes: true, encoding: "buffer" });
  } catch {
    return []; // it is gone, or can't be read
  }
}
/** Of these paths, those that the app's .gitignore files exclude. As \`./path\`, none is a pattern, which this command knows. */
function ignored(paths) {
  if (paths.length === 0) return new Set();
  const stdin = paths.map((file) => "./" + file + "\\0").join("");
  const args = [...SET, "check-ignore", "-z", "--no-index", "--stdin"];
  const { error, status, stdout, stderr } = spawnSync("git", args, { ...OPTIONS, input: stdin });
  if (error !== undefined || status > 1) failed(error, String(stderr));
  return new Set(String(stdout).split("\\0").map((file) => file.slice(2)));
}
function filesToKeep() {
  const kept = [];
  for (let folders = [""]; folders.length > 0;) {
    const found = [];
    for (const folder of folders) {
      for (const entry of entriesOf(folder)) {
        const name = String(entry.name);
        if (!Buffer.from(name).equals(Buffer.from(entry.name)) || isLeftOut(name)) continue;
        found.push({ at: folder === "" ? name : folder + "/" + name, entry });
      }
    }
    const out = ignored(found.map(({ at }) => at));
    folders = [];
    for (const { at, entry } of found) {
      if (out.has(at)) continue;
      if (entry.isDirectory()) folders.push(at);
      else if (entry.isSymbolicLink()) kept.push(at);
      else if (entry.isFile() && canRead(path.join(APP, at))) {
        const stat = fs.lstatSync(path.join(APP, at), { throwIfNoEntry: false });
        if (stat !== undefined && stat.size <= ${MAX_FILE_BYTES}) kept.push(at);
      }
      if (kept.length >= ${MAX_FILES}) return kept;
    }
  }
  return kept;
}
function commit(message) {
  const files = filesToKeep();
  const keep = new Set(files);
  const before = String(tryGit(["ls-files", "-z"]).stdout).split("\\0").filter((file) => file !== "");
  const gone = before.filter((file) => !keep.has(file));
  if (gone.length > 0) git(["update-index", "-z", "--force-remove", "--stdin"], gone.join("\\0"));
  if (files.length > 0) git(["update-index", "-z", "--add", "--remove", "--replace", "--stdin"], files.join("\\0"));
  return commitTree(git(["write-tree"]), message);
}
function commitTree(tree, message) {
  const last = commitOf(MAIN);
  if (last !== null && git(["rev-parse", last + "^{tree}"]) === tree) return last;
  const parents = last === null ? [] : ["-p", last];
  const version = git(["commit-tree", tree, ...parents], message);
  git(["update-ref", MAIN, version, last ?? ""]);
  return version;
}
const RESTORING = path.join(GIT_DIR, "quaver-restoring");
`;

/** Makes a version, called \`input.message\`. */
export const COMMIT_SCRIPT = `${PRELUDE}${REPOSITORY}${COMMIT}
guarded(() => {
  openRepository();
  fs.rmSync(RESTORING, { force: true });
  answer({ version: commit(input.message) });
});
`;

/**
 * Brings back \`input.version\`. The state before is a version first. A restore that was cut off is continued: the files
 * are neither those from before nor those of the version then, and are no version.
 */
export const RESTORE_SCRIPT = `${PRELUDE}${REPOSITORY}${COMMIT}
guarded(() => {
  openRepository();
  const version = commitOf(input.version);
  if (version === null) answer({ kind: "notFound" });
  const isCutOff = fs.existsSync(RESTORING) && fs.readFileSync(RESTORING, "utf8") === version;
  if (!isCutOff) {
    commit("Before: " + input.message);
    write(RESTORING, version);
  }
  git(["read-tree", "--reset", "-u", version]);
  const restored = commitTree(git(["rev-parse", version + "^{tree}"]), input.message);
  fs.rmSync(RESTORING);
  answer({ kind: "restored", version: restored });
});
`;

/** Reads what \`input.version\` changed. Git is ended as soon as it has said enough. */
export const CHANGES_SCRIPT = `${PRELUDE}${REPOSITORY}
const CHANGES = { A: "added", D: "deleted", R: "renamed" };
const DIFF = ["diff-tree", "-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color"];

/** Runs git until it ends, or \`isEnough\` of what it has printed. */
function readSome(args, isEnough, done) {
  const child = spawn("git", [...GLOBAL, ...args], { ...OPTIONS, stdio: ["ignore", "pipe", "ignore"] });
  const chunks = [];
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
  child.once("close", () => done(Buffer.concat(chunks), enough));
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
  let separators = 0;
  const isListed = (_size, chunk) => {
    for (const byte of chunk) if (byte === 0) separators += 1;
    return separators > ${MAX_CHANGED_FILES * 3 + 3};
  };
  readSome([...DIFF, "--raw", "-z", ...range], isListed, (raw, isLong) => {
    const all = filesIn(raw);
    const files = all.slice(0, ${MAX_CHANGED_FILES});
    const names = files.flatMap((file) => [file.path, ...(file.previousPath === undefined ? [] : [file.previousPath])]);
    const counting = names.length === 0 ? [] : ["--", ...names];
    readSome([...DIFF, "--numstat", "-z", ...range, ...counting], () => false, (numstat) => {
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
