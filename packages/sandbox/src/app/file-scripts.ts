/** The scripts that read an app's files. They run in the sandbox, on Node 18 or later, as CommonJS. */

const MAX_ENTRIES = 1000;
const MAX_SCANNED = 20_000; // of a folder with a million entries, those that the system names first
const MAX_TEXT_BYTES = 1024 * 1024;

/** Beginning of each script: its input, its answer, and the app's folder. */
export const PRELUDE = `
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const input = JSON.parse(process.env.QUAVER_APP_INPUT);
const HOME = process.env.HOME;
const APP = path.join(HOME, "app");
function answer(value) {
  let rest = Buffer.from("quaver:" + JSON.stringify(value) + "\\n");
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(1, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error; // the pipe is full
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  process.exit(0);
}
`;

/** `isRunning`: whether a process is there that has the variable, as a script's own has; ids are used again. */
export const IS_RUNNING = `
function isRunning(pid, variable) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    if (!fs.existsSync("/proc/self/environ")) return true; // this system doesn't say whose id it is
    return fs.readFileSync("/proc/" + pid + "/environ", "utf8").includes(variable + "=");
  } catch (error) {
    return error.code === "EPERM";
  }
}
`;

/**
 * - `locate`: where a path of the app really is; null when there is nothing, or when a link leads out of the app's
 *   folder.
 * - `answerFor`: answers with what is found at `input.path`. What can't be read, or has gone meanwhile, is not found.
 */
const LOCATE = `
function locate(name) {
  try {
    const root = fs.realpathSync(APP);
    const found = fs.realpathSync(path.join(root, name));
    return found === root || found.startsWith(root + path.sep) ? found : null;
  } catch {
    return null;
  }
}
function answerFor(work) {
  const found = locate(input.path);
  if (found === null) answer({ kind: "notFound" });
  try {
    answer(work(found));
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES", "ENXIO"].includes(error.code)) answer({ kind: "notFound" });
    throw error;
  }
}
`;

/** Lists the folder `input.path`. A name that is no UTF-8 is left out: no path can contain it. */
export const LIST_SCRIPT = `${PRELUDE}${LOCATE}
const KINDS = { file: "isFile", folder: "isDirectory", link: "isSymbolicLink" };
const kindOf = (entry) => Object.keys(KINDS).find((kind) => entry[KINDS[kind]]()) ?? "other";

function list(folder) {
  if (!fs.statSync(folder).isDirectory()) return { kind: "notFolder" };
  const open = fs.opendirSync(folder, { encoding: "buffer" });
  if (locate(input.path) !== folder) return { kind: "notFound" };
  const scanned = [];
  let read = 0;
  let entry;
  while ((entry = open.readSync()) !== null && (read += 1) <= ${MAX_SCANNED}) {
    const bytes = Buffer.from(entry.name);
    const name = bytes.toString();
    if (Buffer.from(name).equals(bytes)) scanned.push({ name, kind: kindOf(entry) });
  }
  open.closeSync();
  const rank = ({ kind }) => (kind === "folder" ? 0 : 1);
  scanned.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  const entries = scanned.slice(0, ${MAX_ENTRIES}).map(({ name, kind }) => {
    const stat = fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    return { name, kind, size: stat !== undefined && kind !== "folder" ? stat.size : 0 };
  });
  return { kind: "folder", entries, more: entry !== null || scanned.length > entries.length };
}
if (input.path === "" && !fs.existsSync(APP)) answer({ kind: "folder", entries: [], more: false });
answerFor(list);
`;

/**
 * Reads the file `input.path`. Only an ordinary file is opened, and what has been opened is looked at again: the agent
 * may exchange a file at any moment.
 */
export const READ_SCRIPT = `${PRELUDE}${LOCATE}
function decode(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\\0") ? null : text;
  } catch {
    return null;
  }
}
function read(file) {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const before = fs.lstatSync(file);
  if (before.isDirectory()) return { kind: "folder" };
  if (!before.isFile()) return { kind: "other" };
  const fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const { size, ino, dev } = fs.fstatSync(fd);
  if (ino !== before.ino || dev !== before.dev || locate(input.path) !== file) return { kind: "notFound" };
  if (size > ${MAX_TEXT_BYTES}) return { kind: "tooLarge", size };
  const buffer = Buffer.alloc(${MAX_TEXT_BYTES} + 1);
  let length = 0;
  let got;
  do {
    got = fs.readSync(fd, buffer, length, buffer.length - length, null);
    length += got;
  } while (got > 0 && length < buffer.length);
  if (length > ${MAX_TEXT_BYTES}) return { kind: "tooLarge", size: Math.max(size, length) };
  const bytes = buffer.subarray(0, length);
  if (decode(bytes) === null) return { kind: "binary", size: length };
  return { kind: "text", base64: bytes.toString("base64"), size: length };
}
answerFor(read);
`;
