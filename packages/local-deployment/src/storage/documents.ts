import type { Database } from "bun:sqlite";

/** A stored document: its place, its `by_id` key, its size, and the document as Convex JSON text. */
export interface StoredRow {
  readonly row: number;
  /** The key in the index that was read (the document's own key, for `by_id`). */
  readonly key: Uint8Array;
  /** Bytes, as Convex counts them. */
  readonly size: number;
  readonly json: string;
}

/** A half-open range of keys, `[start, end)`; `end` null reaches to the end of the index. */
export interface ScanRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
}

/** Greater than every key: no value's encoding starts with this byte. */
const ABOVE_ALL = new Uint8Array([0xff]);

type ScanArgs = [number, Uint8Array, Uint8Array, number];

/**
 * Documents and index entries of one connection, by prepared statements. Every read is by key range,
 * so it costs what it returns.
 */
export class Documents {
  readonly #get;
  readonly #insert;
  readonly #update;
  readonly #remove;
  readonly #addEntry;
  readonly #removeEntry;
  readonly #addRows;
  readonly #rows;
  readonly #scans;

  constructor(db: Database) {
    this.#get = db.query<StoredRow, [number, Uint8Array]>(
      "SELECT row, key, size, json FROM documents WHERE table_id = ? AND key = ?",
    );
    this.#insert = db.query<{ row: number }, [number, Uint8Array, number, string]>(
      "INSERT INTO documents (table_id, key, size, json) VALUES (?, ?, ?, ?) RETURNING row",
    );
    this.#update = db.query<null, [number, string, number]>(
      "UPDATE documents SET size = ?, json = ? WHERE row = ?",
    );
    this.#remove = db.query<null, [number]>("DELETE FROM documents WHERE row = ?");
    this.#addEntry = db.query<null, [number, Uint8Array, number]>(
      "INSERT INTO index_entries (index_id, key, row) VALUES (?, ?, ?)",
    );
    this.#removeEntry = db.query<null, [number, Uint8Array]>(
      "DELETE FROM index_entries WHERE index_id = ? AND key = ?",
    );
    this.#addRows = db.query<null, [number, number]>(
      "UPDATE tables SET rows = rows + ? WHERE id = ?",
    );
    this.#rows = db.query<{ rows: number }, [number]>("SELECT rows FROM tables WHERE id = ?");
    const scan = (order: "ASC" | "DESC") => ({
      index: db.query<StoredRow, ScanArgs>(
        `SELECT d.row, e.key, d.size, d.json FROM index_entries e JOIN documents d ON d.row = e.row
         WHERE e.index_id = ? AND e.key >= ? AND e.key < ? ORDER BY e.key ${order} LIMIT ?`,
      ),
      byId: db.query<StoredRow, ScanArgs>(
        `SELECT row, key, size, json FROM documents
         WHERE table_id = ? AND key >= ? AND key < ? ORDER BY key ${order} LIMIT ?`,
      ),
    });
    this.#scans = { asc: scan("ASC"), desc: scan("DESC") };
  }

  get(tableId: number, key: Uint8Array): StoredRow | null {
    return this.#get.get(tableId, key);
  }

  /** The row number of the new document. */
  insert(tableId: number, key: Uint8Array, size: number, json: string): number {
    const inserted = this.#insert.get(tableId, key, size, json);
    if (inserted === null) throw new Error("the document was not stored");
    return inserted.row;
  }

  update(row: number, size: number, json: string): void {
    this.#update.run(size, json, row);
  }

  remove(row: number): void {
    this.#remove.run(row);
  }

  /** Keeps a table's count of documents. */
  countRows(tableId: number, change: number): void {
    this.#addRows.run(change, tableId);
  }

  addEntry(indexId: number, key: Uint8Array, row: number): void {
    this.#addEntry.run(indexId, key, row);
  }

  removeEntry(indexId: number, key: Uint8Array): void {
    this.#removeEntry.run(indexId, key);
  }

  /** How many documents the table holds, without counting them. */
  count(tableId: number): number {
    return this.#rows.get(tableId)?.rows ?? 0;
  }

  /** At most `limit` rows of an index (`indexId`) or, with `byId`, of the table itself. */
  scan(
    source: { indexId: number } | { byId: number },
    range: ScanRange,
    order: "asc" | "desc",
    limit: number,
  ): StoredRow[] {
    const end = range.end ?? ABOVE_ALL;
    const statements = this.#scans[order];
    return "indexId" in source
      ? statements.index.all(source.indexId, range.start, end, limit)
      : statements.byId.all(source.byId, range.start, end, limit);
  }
}
