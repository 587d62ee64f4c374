/** The repository of versions, as its scripts use it. They run in the sandbox, on Node 18 or later, as CommonJS. */
import { IS_RUNNING } from "./file-scripts.ts";

const BUSY_AFTER_MS = 12_000;

/**
 * - `git`: runs git to its end. It reads no configuration and no attributes but ours, runs no hook, and takes every path
 *   literally. Exit codes: see `node-script.ts`.
 * - `openRepository`: makes the repository if it isn't there, holds it for a single script at a time, and removes what a
 *   script that was killed has left.
 * - `moveAside`: moves what no version has out of the way, to `$HOME/.quaver/replaced`.
 */
export const REPOSITORY = `${IS_RUNNING}
const { spawn, spawnSync } = require("node:child_process");
const FOLDER = path.join(HOME, ".quaver");
const GIT_DIR = path.join(FOLDER, "versions.git");
const LOCK = path.join(FOLDER, "versions.lock");
const REPLACED = path.join(FOLDER, "replaced");
const MAIN = "refs/heads/main";
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const SETTINGS = {
  "core.attributesFile": "/dev/null",
  "core.autocrlf": "false",
  "core.bare": "false",
  "core.bigFileThreshold": "64m", // each file is an object: a pack of several is lost as a whole when git is killed
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

const isDiskFull = (stderr) => /No space left on device|Disk quota exceeded/.test(stderr);
function failed(error, stderr) {
  if (error !== undefined && error.code === "ENOENT") process.exit(70);
  if (isDiskFull(stderr)) process.exit(71);
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
const isAlive = (pid) => isRunning(pid, "QUAVER_APP_SCRIPT");
const holderOf = (lock) => Number(fs.readFileSync(lock, "utf8"));
/** Removes the lock of a script that was killed. Another script may have done so, and hold it by now: it gets it back. */
function breakLock(mine) {
  const broken = mine + ".broken";
  try {
    if (isAlive(holderOf(LOCK))) return false;
    fs.renameSync(LOCK, broken);
    if (isAlive(holderOf(broken))) fs.linkSync(broken, LOCK);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  fs.rmSync(broken, { force: true });
  return true;
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
    if (breakLock(mine)) continue;
    if (Date.now() > giveUpAt) process.exit(75);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  process.on("exit", () => fs.rmSync(LOCK, { force: true }));
}
function moveAside(file) {
  const to = path.join(REPLACED, String(Date.now()), path.relative(HOME, file));
  fs.mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  fs.renameSync(file, to);
}
function removeUnfinished() {
  for (const lock of ["index.lock", "HEAD.lock", MAIN + ".lock"]) {
    fs.rmSync(path.join(GIT_DIR, lock), { force: true });
  }
  for (const folder of fs.readdirSync(path.join(GIT_DIR, "objects"))) {
    if (folder !== "pack" && folder.length !== 2) continue;
    const at = path.join(GIT_DIR, "objects", folder);
    const unfinished = fs.readdirSync(at).filter((name) => name.startsWith("tmp_"));
    for (const name of unfinished) fs.rmSync(path.join(at, name), { force: true });
  }
}
function openRepository() {
  fs.mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  takeLock();
  const isFolder = fs.statSync(APP, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder && fs.lstatSync(APP, { throwIfNoEntry: false }) !== undefined) moveAside(APP);
  fs.mkdirSync(APP, { recursive: true });
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
  removeUnfinished();
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
