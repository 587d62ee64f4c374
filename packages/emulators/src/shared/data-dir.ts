import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EmulatorError, systemErrorCode } from "./errors.ts";

/** The lock files that this process holds. A lock with this process's id that isn't here is an old one: ids are reused. */
const heldHere = new Set<string>();

/**
 * Locks the data folder for one emulator. A lock that a crashed process left behind is replaced.
 *
 * @returns a function that releases the lock.
 * @throws EmulatorError `DATA_DIR_IN_USE` while another emulator of this kind uses it.
 */
export function lockDataDir(dataDir: string, service: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, `${service}.lock`);
  const owner = readIfThere(file);
  if (owner !== undefined && (heldHere.has(file) || isAlive(owner))) {
    throw new EmulatorError(
      "DATA_DIR_IN_USE",
      `${dataDir} is in use by another ${service} emulator (process ${owner.split(" ")[0] ?? "?"})`,
    );
  }
  writeOwnerOnly(file, identity(process.pid));
  heldHere.add(file);
  return () => {
    heldHere.delete(file);
    rmSync(file, { force: true });
  };
}

/** A secret that is generated at the first start and kept in a file that only its owner can read. */
export function persistedSecret(dataDir: string, name: string, make: () => string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, name);
  const kept = readIfThere(file)?.trim();
  if (kept) return kept;
  const made = make();
  writeOwnerOnly(file, made);
  return made;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function writeOwnerOnly(file: string, text: string): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, file);
}

/** The process's id, which may be reused, with its start time, where the system tells it. */
function identity(pid: number): string {
  return `${String(pid)} ${startTime(pid)}`;
}

function startTime(pid: number): string {
  const stat = readIfThere(`/proc/${String(pid)}/stat`);
  // Fields after the command's closing parenthesis; the start time is the 20th of those (proc(5)).
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function isAlive(owner: string): boolean {
  const pid = Number(owner.split(" ")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
  return identity(pid) === owner;
}
