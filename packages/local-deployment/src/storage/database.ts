import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError, messageOf } from "../lib/errors.ts";
import { migrate } from "./migrations.ts";
import { KEY_FILE, ensurePrivateFile } from "./private_files.ts";

/** The file's version; a larger number in a file means that a newer package wrote it. */
const FORMAT_VERSION = 2;

/** The one file that holds documents, index entries, code, variables and jobs. */
const DATA_FILE = "data.sqlite";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS components (
    id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, definition TEXT NOT NULL, mounted INTEGER NOT NULL,
    env TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tables (
    id INTEGER PRIMARY KEY, component TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0, UNIQUE (component, name), UNIQUE (component, number)
  );
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL,
    UNIQUE (table_id, name)
  );
  CREATE TABLE IF NOT EXISTS documents (
    row INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL,
    json TEXT NOT NULL, UNIQUE (table_id, key)
  );
  CREATE TABLE IF NOT EXISTS index_entries (
    index_id INTEGER NOT NULL, key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (index_id, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS modules (
    definition TEXT NOT NULL, path TEXT NOT NULL, environment TEXT NOT NULL, source TEXT NOT NULL,
    source_map TEXT, hash TEXT NOT NULL, compiled TEXT NOT NULL, PRIMARY KEY (definition, path)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS definitions (path TEXT PRIMARY KEY, analysis TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS schemas (component TEXT PRIMARY KEY, schema TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS environment (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS handles (
    id TEXT PRIMARY KEY, component TEXT NOT NULL, path TEXT NOT NULL, UNIQUE (component, path)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, component TEXT NOT NULL, due REAL NOT NULL, state TEXT NOT NULL,
    target TEXT NOT NULL, path TEXT NOT NULL, parent TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS jobs_by_due ON jobs (state, due);
  CREATE TABLE IF NOT EXISTS crons (
    component TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL, next REAL NOT NULL,
    PRIMARY KEY (component, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session_requests (
    session TEXT NOT NULL, request INTEGER NOT NULL, result TEXT NOT NULL, ts TEXT NOT NULL,
    at INTEGER NOT NULL, owner TEXT NOT NULL DEFAULT '', PRIMARY KEY (session, request)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_requests_by_time ON session_requests (at);
`;

/**
 * Locks the folder for this process, until the returned function is called. The lock is
 * SQLite's own lock on a file of its own, which the operating system drops with the process, so that
 * `kill -9` leaves nothing to clean up.
 */
export function lockDataFolder(dataDir: string): () => void {
  try {
    const file = join(dataDir, "lock.sqlite");
    ensurePrivateFile(file);
    const lock = new Database(file);
    lock.run("PRAGMA busy_timeout = 0");
    lock.run("BEGIN EXCLUSIVE");
    return () => {
      lock.run("ROLLBACK");
      lock.close();
    };
  } catch (error) {
    const busy = /locked|busy/i.test(messageOf(error));
    throw new DeploymentError(
      busy ? "DATA_FOLDER_IN_USE" : "DATA_FOLDER_UNUSABLE",
      busy
        ? `The data folder ${dataDir} is in use by another process. Stop it, or choose another folder.`
        : `The data folder ${dataDir} can't be used: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Opens the data file, making it when it isn't there. Commits survive `kill -9` (WAL); a loss of
 * power can lose the last ones but not damage the file (`synchronous = NORMAL`).
 */
export function openDatabase(dataDir: string): Database {
  const file = join(dataDir, DATA_FILE);
  try {
    const wasThere = existsSync(file);
    if (ensurePrivateFile(file) === 0 && wasThere) checkIsNew(dataDir);
    const db = new Database(file, { readwrite: true, strict: true });
    db.run("PRAGMA journal_mode = WAL");
    db.run("PRAGMA synchronous = NORMAL");
    db.run("PRAGMA temp_store = MEMORY");
    db.run("PRAGMA cache_size = -65536"); // KiB
    const check = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get();
    if (check?.quick_check !== "ok") throw new Error(check?.quick_check ?? "no answer");
    const found = checkVersion(db);
    db.run(SCHEMA);
    migrate(db);
    if (found < FORMAT_VERSION) db.run(`PRAGMA user_version = ${String(FORMAT_VERSION)}`);
    return db;
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    throw new DeploymentError(
      "DATA_CORRUPT",
      `The data file ${file} can't be read: ${messageOf(error)}. Nothing was changed; move the folder away to start anew.`,
      { cause: error },
    );
  }
}

/** An empty file is a new one, unless there has been a deployment: its key is made after its data. */
function checkIsNew(dataDir: string): void {
  if (!existsSync(join(dataDir, KEY_FILE))) return;
  throw new Error("it is empty, and there was a deployment in this folder");
}

/** A second connection that sees what is committed, whatever the first one has written meanwhile. */
export function openSnapshotConnection(dataDir: string): Database {
  return new Database(join(dataDir, DATA_FILE), { readonly: true, strict: true });
}

/** @returns the file's version; 0 for a new one */
function checkVersion(db: Database): number {
  const version = db.query<{ user_version: number }, []>("PRAGMA user_version").get();
  const found = version?.user_version ?? 0;
  if (found > FORMAT_VERSION) {
    throw new DeploymentError(
      "DATA_VERSION",
      `The data file has format ${String(found)}; this version reads up to ${String(FORMAT_VERSION)}.`,
    );
  }
  return found;
}
