import type { Table } from "../storage/catalog.ts";
import type { Documents, StoredRow } from "../storage/documents.ts";
import { encodeIndexKey } from "../values/encoding/index_key.ts";
import { indexKeyOf } from "../values/queries/field_path.ts";
import { awaitsCommitTs, parseDocument, type Document } from "./document.ts";
import { byIdIndex, type PendingCommit } from "./pending_commit.ts";

/** A document as it is to be stored: its text, and its size in bytes as Convex counts it. */
interface Stored {
  readonly json: string;
  readonly size: number;
}

/** Stores documents with their index entries, and records each added or removed key for the commit. */
export class IndexedWrites {
  constructor(
    private readonly documents: Documents,
    private readonly pending: PendingCommit,
  ) {}

  /** @returns the document's own key */
  insert(table: Table, document: Document, { json, size }: Stored): Uint8Array {
    const key = encodeIndexKey([document._id]);
    const row = this.documents.insert(table.id, key, size, json);
    this.pending.countRows(table, 1);
    this.#touched(table, key, json);
    for (const index of table.indexes.values()) {
      const entry = indexKeyOf(document, index.fields);
      this.documents.addEntry(index.id, entry, row);
      this.pending.writes.push({ indexId: String(index.id), key: entry });
    }
    return key;
  }

  update(table: Table, stored: StoredRow, next: Document, { json, size }: Stored): void {
    const previous = parseDocument(stored.json);
    this.documents.update(stored.row, size, json);
    this.#touched(table, encodeIndexKey([next._id]), json);
    for (const index of table.indexes.values()) {
      const before = indexKeyOf(previous, index.fields);
      const after = indexKeyOf(next, index.fields);
      this.pending.writes.push({ indexId: String(index.id), key: before });
      if (Buffer.compare(before, after) === 0) continue;
      this.documents.removeEntry(index.id, before);
      this.documents.addEntry(index.id, after, stored.row);
      this.pending.writes.push({ indexId: String(index.id), key: after });
    }
  }

  remove(table: Table, stored: StoredRow, previous: Document): void {
    this.documents.remove(stored.row);
    this.pending.countRows(table, -1);
    this.#touched(table, encodeIndexKey([previous._id]), "");
    for (const index of table.indexes.values()) {
      const key = indexKeyOf(previous, index.fields);
      this.documents.removeEntry(index.id, key);
      this.pending.writes.push({ indexId: String(index.id), key });
    }
  }

  /** @param json - what is stored from now on; "" for a document that goes */
  #touched(table: Table, key: Uint8Array, json: string): void {
    this.pending.writes.push({ indexId: byIdIndex(table), key });
    if (awaitsCommitTs(json)) this.pending.addUnresolved({ table, key });
  }
}
