import { closeSync, constants, readFileSync, writeFileSync } from "node:fs";
import { timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { DeploymentError, messageOf } from "../lib/errors.ts";
import { KEY_FILE, openPrivateFile } from "../storage/private_files.ts";

/** No ":", which would separate a base64 identity; the CLI sends the rest as it is. */
const KEY = /^local\|[0-9a-f]{64}$/;

/**
 * The deployment's admin key, made at first start and readable by the owner alone.
 *
 * @throws DeploymentError `DATA_FOLDER_UNUSABLE` when the file holds no key, or is not a private file of this user
 */
export function loadAdminKey(dataDir: string): string {
  const file = join(dataDir, KEY_FILE);
  try {
    return readKey(file) ?? makeKey(file);
  } catch (error) {
    throw new DeploymentError(
      "DATA_FOLDER_UNUSABLE",
      `The admin key in ${file} can't be used: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function readKey(file: string): string | null {
  let opened: number;
  try {
    opened = openPrivateFile(file, constants.O_RDONLY);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  try {
    const key = readFileSync(opened, "utf8").trim();
    if (!KEY.test(key)) throw new Error("it holds no key");
    return key;
  } finally {
    closeSync(opened);
  }
}

function makeKey(file: string): string {
  const key = `local|${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex")}`;
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const made = openPrivateFile(file, O_WRONLY | O_CREAT | O_EXCL);
  try {
    writeFileSync(made, `${key}\n`);
  } finally {
    closeSync(made);
  }
  return key;
}

/** Compares keys in a time that does not depend on where they differ. */
export function isAdminKey(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
