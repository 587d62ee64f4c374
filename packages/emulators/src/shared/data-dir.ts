import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EmulatorError, systemErrorCode } from "./errors.ts";

/** Lock files held by this process, to tell its own second start from a crashed process's lock. */
const heldHere = new Set<string>();

/**
 * Takes the data folder for one service of this process.
 *
 * A lock left by a process that is gone is taken over.
 *
 * @returns the function that gives it back.
 * @throws EmulatorError `DATA_DIR_IN_USE` while another live process (or this one) has it.
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

/** A secret that is made at the first start and the same ever after, readable by its owner alone. */
export function keptSecret(dataDir: string, name: string, make: () => string): string {
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

/** Process id and, where the system tells it, start time: ids are used again, start times aren't. */
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
