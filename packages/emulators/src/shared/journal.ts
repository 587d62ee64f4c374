import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { EmulatorError } from "./errors.ts";

/** One row to write (`value` given) or to delete (`value` null). */
export interface Change {
  table: string;
  key: string;
  value: unknown;
}

/** A table of a journal: a map by key, whose changes are written by `Journal.commit`. */
export interface Table<Row> {
  get(key: string): Row | undefined;
  values(): Row[];
  put(key: string, row: Row): Change;
  remove(key: string): Change;
}

/** Tables in an append-only file. A committed change survives `kill -9`. */
export interface Journal {
  /**
   * Opens a table, and validates its stored rows.
   *
   * @throws EmulatorError `DATA_CORRUPT` when a stored row is invalid.
   */
  table<Row>(name: string, schema: z.ZodType<Row>): Table<Row>;
  /** Writes all the changes or none, before it returns. */
  commit(...changes: Change[]): void;
  close(): void;
}

const changeSchema = z.object({ table: z.string(), key: z.string(), value: z.unknown() });
const lineSchema = z.array(changeSchema);

type Rows = Map<string, Map<string, unknown>>;

/**
 * Opens the journal in `file`, which is created if it isn't there, and which only its owner can read.
 *
 * Each line is a commit. An incomplete last line is a commit that never returned, and is dropped. Any other
 * line that can't be read is an error.
 *
 * @throws EmulatorError `DATA_CORRUPT`.
 */
export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const rows: Rows = existsSync(file) ? replay(file) : new Map<string, Map<string, unknown>>();
  const descriptor = compact(file, rows);
  let closed = false;
  return {
    table: (name, schema) => openTable(file, rows, name, schema),
    commit: (...changes) => {
      // By now, the descriptor's number may belong to another file.
      if (closed) throw new Error("the emulator has been closed");
      writeSync(descriptor, JSON.stringify(changes) + "\n");
      for (const change of changes) apply(rows, change);
    },
    close: () => {
      closed = true;
      closeSync(descriptor);
    },
  };
}

function replay(file: string): Rows {
  const rows: Rows = new Map();
  const lines = readFileSync(file, "utf8").split("\n");
  lines.pop(); // empty if the last line is complete; else an incomplete commit
  for (const [index, line] of lines.entries()) {
    for (const change of parseLine(file, index + 1, line)) apply(rows, change);
  }
  return rows;
}

function parseLine(file: string, number: number, line: string): Change[] {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    throw new EmulatorError("DATA_CORRUPT", `${file}:${String(number)} is not a journal entry`);
  }
}

function apply(rows: Rows, { table, key, value }: Change): void {
  const tableRows = rows.get(table) ?? new Map<string, unknown>();
  rows.set(table, tableRows);
  if (value === null) tableRows.delete(key);
  else tableRows.set(key, value);
}

/** Replaces the file by one with the current rows alone, and leaves that open for appending. */
function compact(file: string, rows: Rows): number {
  const fresh = `${file}.new`;
  const descriptor = openSync(fresh, "w", 0o600);
  for (const [table, tableRows] of rows) {
    for (const [key, value] of tableRows) {
      writeSync(descriptor, JSON.stringify([{ table, key, value }]) + "\n");
    }
  }
  fsyncSync(descriptor);
  renameSync(fresh, file);
  return descriptor;
}

function openTable<Row>(
  file: string,
  rows: Rows,
  name: string,
  schema: z.ZodType<Row>,
): Table<Row> {
  const checked = z.map(z.string(), schema).safeParse(rows.get(name) ?? new Map());
  if (!checked.success) {
    const where = checked.error.issues[0]?.path.join(".") ?? "";
    throw new EmulatorError("DATA_CORRUPT", `${file}: the row ${name}.${where} is invalid`);
  }
  const parsed = checked.data;
  rows.set(name, parsed);
  return {
    get: (key) => parsed.get(key),
    values: () => [...parsed.values()],
    put: (key, row) => ({ table: name, key, value: row }),
    remove: (key) => ({ table: name, key, value: null }),
  };
}
