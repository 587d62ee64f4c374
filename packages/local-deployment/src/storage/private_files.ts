import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { DeploymentError, messageOf } from "../lib/errors.ts";

/** Where the admin key is (src/server/admin_key.ts). */
export const KEY_FILE = "admin-key";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Makes the data folder when it isn't there, and readable by its owner alone with all that is in it, whatever
 * the umask is.
 *
 * @throws DeploymentError `DATA_FOLDER_UNUSABLE` when it can't be, or is another user's
 */
export function ensureDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: FOLDER_MODE });
    checkOwner(statSync(dataDir).uid);
    chmodSync(dataDir, FOLDER_MODE);
    for (const name of readdirSync(dataDir)) {
      const path = join(dataDir, name);
      const found = lstatSync(path);
      if (found.isFile()) chmodSync(path, FILE_MODE);
      if (found.isDirectory()) chmodSync(path, FOLDER_MODE);
    }
  } catch (error) {
    throw new DeploymentError(
      "DATA_FOLDER_UNUSABLE",
      `The data folder ${dataDir} can't be used: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Opens a file of the deployment's own, which must be a file itself and not a link to one, and the
 * owner's, and makes it readable by the owner alone.
 *
 * @returns its descriptor
 * @throws Error of the system, with its code: `ENOENT` when it isn't there
 */
export function openPrivateFile(path: string, flags: number): number {
  const file = openSync(path, flags | constants.O_NOFOLLOW, FILE_MODE);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new Error(`${path} is not a file`);
    checkOwner(found.uid);
    fchmodSync(file, FILE_MODE);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * Makes a database's file when it isn't there, before SQLite does: what SQLite puts beside it has its
 * rights. @returns its size in bytes
 */
export function ensurePrivateFile(path: string): number {
  const file = openPrivateFile(path, constants.O_RDWR | constants.O_CREAT);
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function checkOwner(uid: number): void {
  // Windows has no user ids.
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new Error("it belongs to another user");
  }
}
