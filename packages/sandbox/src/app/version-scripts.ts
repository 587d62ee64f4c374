/**
 * The scripts of versions. They run in the sandbox, on Node 18 or later, as CommonJS, with the image's git.
 *
 * A version is a commit of `refs/heads/main` in `$HOME/.quaver/versions.git`, whose work tree is the app's folder. What the
 * agent does with a repository of its own in that folder, or in a folder below, changes nothing: the files are found by
 * walking the folders, and `.git` is left out. Only the exclusions of the app's `.gitignore` files are asked of git.
 *
 * Any of these scripts may be killed between two steps. Git replaces its files as a whole, so that what remains is a state
 * from before or after a step, and perhaps a lock, which the next script removes.
 */
import { PRELUDE } from "./file-scripts.ts";
import { REPOSITORY } from "./repository-script.ts";

const MAX_FILE_BYTES = 50 * 1024 * 1024;
const MAX_FILES = 50_000;
const MAX_SEEN = 200_000; // files and folders, those that are left out included
const MAX_RULES_BYTES = 1024 * 1024; // of a .gitignore
const [BATCH_FILES, BATCH_BYTES] = [5_000, 128 * 1024 * 1024]; // what git stores in a few seconds

/**
 * - `filesToKeep`: the paths of what a version has.
 * - `commit`: makes a version of the files, or returns the last one if nothing has changed since.
 * - `latest`: the change that comes last in order, with its version if it was a restore.
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
  const entries = [];
  try {
    const open = fs.opendirSync(path.join(APP, folder), { encoding: "buffer" });
    let entry;
    while (entries.length < ${MAX_FILES} && (entry = open.readSync()) !== null) entries.push(entry);
    open.closeSync();
  } catch {
    // It is gone, or can't be read.
  }
  return entries;
}
/** Whether git may open the folder's .gitignore: it would wait for a pipe for ever, and read a large file as a whole. */
function hasRules(folder) {
  const stat = fs.lstatSync(path.join(APP, folder, ".gitignore"), { throwIfNoEntry: false });
  return stat === undefined || (stat.isFile() && stat.size <= ${MAX_RULES_BYTES});
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
/** @param also a version that is to be restored: of its files, those that are ignored now are kept, too. */
function filesToKeep(also) {
  const kept = new Map();
  let seen = 0;
  for (let folders = [{ at: "", asks: true }]; folders.length > 0;) {
    const found = [];
    for (const folder of folders) {
      const asks = folder.asks && hasRules(folder.at);
      for (const entry of entriesOf(folder.at)) {
        const name = String(entry.name);
        if (!Buffer.from(name).equals(Buffer.from(entry.name)) || isLeftOut(name)) continue;
        found.push({ at: folder.at === "" ? name : folder.at + "/" + name, entry, asks });
        if ((seen += 1) >= ${MAX_SEEN}) break;
      }
    }
    found.sort((a, b) => (a.at < b.at ? -1 : 1));
    const out = ignored(found.flatMap(({ at, asks }) => (asks ? [at] : [])));
    folders = [];
    for (const { at, entry, asks } of found) {
      if (out.has(at) && !also.has(at)) continue;
      if (entry.isDirectory()) folders.push({ at, asks });
      else if (entry.isSymbolicLink()) kept.set(at, 0);
      else if (entry.isFile() && canRead(path.join(APP, at))) {
        const stat = fs.lstatSync(path.join(APP, at), { throwIfNoEntry: false });
        if (stat !== undefined && stat.size <= ${MAX_FILE_BYTES}) kept.set(at, stat.size);
      }
      if (kept.size >= ${MAX_FILES}) return kept;
    }
    if (seen >= ${MAX_SEEN}) return kept;
  }
  return kept;
}
/** In batches, each of which counts when the next is killed. */
function batchesOf(files) {
  const batches = [];
  let room = 0;
  for (const [file, size] of files) {
    if (batches.length === 0 || room < size || batches.at(-1).length >= ${BATCH_FILES}) {
      batches.push([]);
      room = ${BATCH_BYTES};
    }
    batches.at(-1).push(file);
    room -= size;
  }
  return batches;
}
const listed = () => tryGit(["ls-files", "-z"]);
const namesIn = (output) => String(output).split("\\0").filter((name) => name !== "");
/** Makes the index that of these files, and a tree of it. @returns how the last command of git ended */
function stage(files) {
  const before = listed();
  if (before.code !== 0) return before;
  const gone = namesIn(before.stdout).filter((file) => !files.has(file));
  const removing = gone.length === 0 ? [] : [[["--force-remove"], gone]];
  const adding = batchesOf(files).map((batch) => [["--add", "--remove", "--replace"], batch]);
  for (const [options, names] of [...removing, ...adding]) {
    const result = tryGit(["update-index", "-z", ...options, "--stdin"], names.join("\\0"));
    if (result.code !== 0) return result;
  }
  return tryGit(["write-tree"]);
}
function commit(message, also = new Set()) {
  let result = stage(filesToKeep(also));
  if (result.code !== 0 && !isDiskFull(result.stderr)) {
    // A file was cut short while it was being read, or the index or an object is broken: once more, from the files alone.
    fs.rmSync(path.join(GIT_DIR, "index"), { force: true });
    result = stage(filesToKeep(also));
  }
  if (result.code !== 0) failed(undefined, result.stderr);
  return commitTree(String(result.stdout).trim(), message);
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
const LATEST = path.join(GIT_DIR, "quaver-latest");
function latest() {
  try {
    return { order: -1, ...JSON.parse(fs.readFileSync(LATEST, "utf8")) };
  } catch {
    return { order: -1 };
  }
}
`;

/** Makes a version, called `input.message`. */
export const COMMIT_SCRIPT = `${PRELUDE}${REPOSITORY}${COMMIT}
guarded(() => {
  openRepository();
  fs.rmSync(RESTORING, { force: true });
  const version = commit(input.message);
  if (input.order > latest().order) write(LATEST, JSON.stringify({ order: input.order }));
  answer({ version });
});
`;

/**
 * - `clearTheWay`: moves aside what stands where one of these files is to be, and is in no version: a file that is too
 *   large, or a folder with ignored files in it. Git would delete it.
 */
const CLEAR_THE_WAY = `
const foldersOf = (file) => file.split("/").slice(0, -1).map((_, n, names) => names.slice(0, n + 1).join("/"));
function isAllKept(folder, kept) {
  return fs.readdirSync(path.join(APP, folder), { withFileTypes: true }).every((entry) => {
    const at = folder + "/" + entry.name;
    return entry.isDirectory() ? isAllKept(at, kept) : kept.has(at);
  });
}
function clearTheWay(files) {
  const kept = new Set(namesIn(listed().stdout));
  for (const file of files) {
    for (const at of [...foldersOf(file), file]) {
      const stat = fs.lstatSync(path.join(APP, at), { throwIfNoEntry: false });
      if (stat === undefined) break;
      const isInTheWay = stat.isDirectory() ? at === file && !isAllKept(at, kept) : !kept.has(at);
      if (isInTheWay) moveAside(path.join(APP, at));
      if (isInTheWay || !stat.isDirectory()) break;
    }
  }
}
`;

/**
 * Brings back `input.version`. The state before is a version first. A restore that was cut off is continued: the files
 * are neither those from before nor those of the version then, and are no version. One that comes late changes nothing.
 */
export const RESTORE_SCRIPT = `${PRELUDE}${REPOSITORY}${COMMIT}${CLEAR_THE_WAY}
guarded(() => {
  openRepository();
  const version = commitOf(input.version);
  if (version === null) answer({ kind: "notFound" });
  const last = latest();
  if (last.order > input.order) answer({ kind: "superseded" });
  if (last.order === input.order && last.version !== undefined) {
    fs.rmSync(RESTORING, { force: true }); // of one that was killed right before its end
    answer({ kind: "restored", version: last.version });
  }
  const isCutOff = fs.existsSync(RESTORING) && fs.readFileSync(RESTORING, "utf8") === version;
  if (!isCutOff) {
    const files = namesIn(git(["ls-tree", "-r", "-z", "--name-only", version]));
    const paths = new Set(files.flatMap((file) => [...foldersOf(file), file]));
    commit("Before: " + input.message, paths);
    clearTheWay(files);
    write(RESTORING, version);
  }
  git(["read-tree", "--reset", "-u", version]);
  const restored = commitTree(git(["rev-parse", version + "^{tree}"]), input.message);
  if (input.order !== undefined) write(LATEST, JSON.stringify({ order: input.order, version: restored }));
  fs.rmSync(RESTORING);
  answer({ kind: "restored", version: restored });
});
`;
