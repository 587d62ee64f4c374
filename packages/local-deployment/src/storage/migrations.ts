import type { Database } from "bun:sqlite";
import { sizeOf } from "../values/limits.ts";
import { parseValueText } from "../values/encoding/json_text.ts";

/** How many documents are read at a time. */
const BATCH = 500;

/** Migrates a file of an earlier version. Missing tables have been created before. */
export function migrate(db: Database): void {
  db.transaction(() => {
    addSessionOwners(db);
    addDocumentSizes(db);
  })();
}

/** Files of earlier versions do not have the owners of mutation results: those are returned to no caller. */
function addSessionOwners(db: Database): void {
  if (hasColumn(db, "session_requests", "owner")) return;
  db.run("ALTER TABLE session_requests ADD COLUMN owner TEXT NOT NULL DEFAULT ''");
}

/** Files of earlier versions do not have the documents' sizes. */
function addDocumentSizes(db: Database): void {
  if (hasColumn(db, "documents", "size")) return;
  db.run("ALTER TABLE documents ADD COLUMN size INTEGER NOT NULL DEFAULT 0");
  const next = db.query<{ row: number; json: string }, [number]>(
    `SELECT row, json FROM documents WHERE row > ? ORDER BY row LIMIT ${String(BATCH)}`,
  );
  const update = db.query<null, [number, number]>("UPDATE documents SET size = ? WHERE row = ?");
  for (let batch = next.all(-1); batch.length > 0; batch = next.all(batch.at(-1)?.row ?? -1)) {
    for (const { row, json } of batch) update.run(sizeOf(parseValueText(json)), row);
  }
}

function hasColumn(db: Database, table: string, column: string): boolean {
  const columns = db.query<{ name: string }, []>(`PRAGMA table_info(${table})`).all();
  return columns.some(({ name }) => name === column);
}
