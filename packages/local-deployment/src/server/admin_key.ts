import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { DeploymentError, messageOf } from "../errors.ts";

const KEY_FILE = "admin-key";
/** No ":", which would separate a base64 identity; the CLI sends the rest as it is. */
const KEY = /^local\|[0-9a-f]{64}$/;

/** The deployment's admin key, made at first start and readable by the owner alone. */
export function loadAdminKey(dataDir: string): string {
  const file = join(dataDir, KEY_FILE);
  try {
    if (existsSync(file)) {
      const key = readFileSync(file, "utf8").trim();
      if (!KEY.test(key)) throw new Error("it holds no key");
      chmodSync(file, 0o600);
      return key;
    }
    const key = `local|${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex")}`;
    writeFileSync(file, `${key}\n`, { mode: 0o600, flag: "wx" });
    return key;
  } catch (error) {
    throw new DeploymentError(
      "DATA_FOLDER_UNUSABLE",
      `The admin key in ${file} can't be used: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Compares keys in a time that does not depend on where they differ. */
export function isAdminKey(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
