import { FunctionError } from "../lib/errors.ts";
import type { Table } from "../storage/catalog.ts";
import type { Documents, StoredRow } from "../storage/documents.ts";
import { encodeId } from "../values/ids.ts";
import { encodeIndexKey, keyAfter } from "../values/encoding/index_key.ts";
import { sizeOf } from "../values/limits.ts";
import {
  awaitsCommitTs,
  documentText,
  parseDocument,
  withCommitTs,
  type Document,
} from "./document.ts";
import { IndexedWrites } from "./indexed_writes.ts";
import { byIdIndex, PendingCommit, type IndexWrite } from "./pending_commit.ts";
import { LargeWrites, type DocumentExtent, type LargestWrites } from "./large_writes.ts";
import { ReadSet } from "./read_set.ts";
import type { Store } from "./store.ts";
import { Usage } from "./usage.ts";

/** Where reads of a call go: the transaction's own view, or the snapshot it began with. */
export type View = "transaction" | "snapshot";

/** A point to roll back to. */
export interface Savepoint {
  release(): void;
  rollback(): void;
}

const NOTHING: DocumentExtent = { size: 0, nesting: 0 };

/** The nesting of a system document, to which no limit applies. */
const extentOf = (document: Document): DocumentExtent => ({ size: sizeOf(document), nesting: 0 });

/** Tracks reads of tables that nothing was stored in yet. */
const absentIndex = (component: string): string => `absent:${component}`;

/**
 * One serialisable transaction. The engine runs one at a time, so what it reads is what is committed
 * plus its own writes; a failed one is rolled back. Its reads are tracked by index key.
 */
export class Transaction {
  #reads = new ReadSet();
  #usage = new Usage();
  /** What functions see as the current time, in milliseconds. */
  readonly now: number;
  /** The newest commit that this transaction sees. */
  readonly snapshotTs: bigint;
  /** Incremented with every write, so that an open query can detect that its prefetched documents are stale. */
  writeVersion = 0;
  #open = false;
  /** Whether it was committed or rolled back; code that a function left running must not begin another. */
  #ended = false;
  #savepoints = 0;
  #catalogVersion = 0;
  readonly #pending = new PendingCommit();
  readonly #large = new LargeWrites();

  readonly #writes: IndexedWrites;

  constructor(readonly store: Store) {
    this.#writes = new IndexedWrites(store.documents, this.#pending);
    this.now = store.clock.wallMs();
    this.snapshotTs = store.clock.latest;
  }

  get reads(): ReadSet {
    return this.#reads;
  }

  get usage(): Usage {
    return this.#usage;
  }

  /** From here on, counts reads separately from the transaction's, for a snapshot query. @returns a function that ends this */
  enterSnapshot(): () => void {
    const [usage, reads] = [this.#usage, this.#reads];
    const own = usage.forSnapshot();
    this.#usage = own;
    this.#reads = new ReadSet();
    return () => {
      usage.addSnapshot(own);
      this.#usage = usage;
      this.#reads = reads;
    };
  }

  /** The connection that a view reads through. */
  documents(view: View): Documents {
    return view === "snapshot" && this.#open ? this.store.committed : this.store.documents;
  }

  /** The table, or undefined when it isn't there; its absence is then part of what was read. */
  table(component: string, name: string, view: View = "transaction"): Table | undefined {
    const table = this.store.catalog.table(component, name);
    if (table === undefined && view === "transaction") {
      const key = encodeIndexKey([name]);
      this.reads.depend(absentIndex(component), key, keyAfter(key));
    }
    return table;
  }

  /** A document by its id. */
  get(table: Table, id: string, view: View = "transaction"): StoredRow | null {
    const key = encodeIndexKey([id]);
    const row = this.documents(view).get(table.id, key);
    if (row !== null) this.countRead(table.name, row.size);
    this.recordRead(byIdIndex(table), key, keyAfter(key));
    return row;
  }

  /** How many documents the table has, this transaction's own changes included. */
  count(table: Table, view: View = "transaction"): number {
    // A count depends on every document of the table.
    this.recordRead(byIdIndex(table), new Uint8Array(), null);
    const changed = view === "snapshot" ? 0 : (this.#pending.rowChanges.get(table.id) ?? 0);
    return this.store.documents.count(table.id) + changed;
  }

  /** Adds a range of an index to the read set. @throws LimitError when there are too many */
  recordRead(indexId: string, start: Uint8Array, end: Uint8Array | null): void {
    this.reads.add(indexId, start, end);
    // What open queries have read meanwhile may join ranges, but never makes more of them.
    if (this.reads.count > this.usage.limit("databaseQueries")) this.reads.settle();
    this.usage.set("databaseQueries", this.reads.count);
  }

  /** Brings the count of reads up to date, with what open queries have read. */
  settleReads(): void {
    this.reads.settle();
    this.usage.used.databaseQueries = this.reads.count;
  }

  /** Counts a document that was read. Production holds those of system tables against no limit. */
  countRead(table: string, size: number): void {
    if (isSystemTable(table)) return;
    this.usage.add("documentsRead", 1);
    this.usage.add("bytesRead", size);
  }

  /** Creates the table if it does not exist. */
  ensureTable(component: string, name: string): Table {
    const found = this.store.catalog.table(component, name);
    if (found !== undefined) return found;
    this.#begin();
    this.#pending.writes.push({ indexId: absentIndex(component), key: encodeIndexKey([name]) });
    return this.store.catalog.createTable(component, name);
  }

  /** A new document with these fields and the system's, which is still to be stored. */
  newDocument(table: Table, fields: Document): Document & { readonly _id: string } {
    const _id = encodeId(table.number, crypto.getRandomValues(new Uint8Array(16)));
    return { ...fields, _id, _creationTime: this.store.clock.nextCreation(this.now) };
  }

  /** Of the documents it has written, the largest and the most nested. */
  get largestWrites(): LargestWrites {
    return this.#large.largest;
  }

  /** Stores a document that has its `_id` and `_creationTime`. */
  insert(table: Table, document: Document, extent = extentOf(document)): void {
    this.#begin();
    this.#countWrite(table, document, extent);
    const stored = { json: documentText(document), size: extent.size };
    this.reads.insert(byIdIndex(table), this.#writes.insert(table, document, stored));
  }

  /** Replaces a stored document's fields; equal fields write nothing. */
  replace(table: Table, stored: StoredRow, next: Document, extent = extentOf(next)): void {
    const json = documentText(next);
    if (json === stored.json) return;
    this.#begin();
    this.#countWrite(table, next, extent);
    this.#writes.update(table, stored, next, { json, size: extent.size });
  }

  remove(table: Table, stored: StoredRow): void {
    this.#begin();
    const previous = parseDocument(stored.json);
    this.#countWrite(table, previous, NOTHING);
    this.#writes.remove(table, stored, previous);
  }

  /** Runs statements of the deployment's own tables as part of this transaction. */
  system(work: () => void): void {
    this.#begin();
    work();
  }

  /** Starts a sub-transaction: rolled back, its writes are gone and its reads stay. */
  savepoint(): Savepoint {
    this.#begin();
    const name = `s${String(++this.#savepoints)}`;
    const takeBack = this.#pending.mark();
    const takeBackUsage = this.usage.markWrites();
    const takeBackLarge = this.#large.mark();
    const catalogVersion = this.store.catalog.version;
    this.store.db.run(`SAVEPOINT ${name}`);
    return {
      release: () => {
        if (this.#ended) return;
        this.#checkNotUndone();
        this.store.db.run(`RELEASE ${name}`);
      },
      rollback: () => {
        if (this.#ended || this.#isUndone()) return;
        this.store.db.run(`ROLLBACK TO ${name}`);
        this.store.db.run(`RELEASE ${name}`);
        takeBack();
        takeBackUsage();
        takeBackLarge();
        this.writeVersion++;
        if (this.store.catalog.version !== catalogVersion) this.store.catalog.reload();
      },
    };
  }

  /**
   * Makes the writes durable and visible. Without writes, it is the newest commit's timestamp.
   * @param alongside - adds writes that say when the commit was made
   */
  commit(alongside: (ts: bigint) => void = () => undefined): {
    ts: bigint;
    writes: readonly IndexWrite[];
  } {
    const ts = this.store.clock.nextCommit();
    alongside(ts);
    if (!this.#open) return { ts: this.store.clock.latest, writes: [] };
    this.#checkNotUndone();
    for (const { table, key } of this.#pending.unresolved) this.#resolve(table, key, ts);
    for (const [table, count] of this.#pending.rowChanges)
      this.store.documents.countRows(table, count);
    this.store.clock.persist(ts);
    this.store.control.commit();
    this.#open = false;
    this.#ended = true;
    this.store.clock.advance(ts);
    return { ts, writes: this.#pending.writes };
  }

  rollback(): void {
    this.#ended = true;
    if (!this.#open) return;
    if (!this.#isUndone()) this.store.control.rollback();
    this.#open = false;
    if (this.#catalogVersion !== this.store.catalog.version) this.store.catalog.reload();
  }

  #begin(): void {
    if (this.#ended) throw new FunctionError("The transaction has ended.");
    this.writeVersion++;
    if (this.#open) {
      this.#checkNotUndone();
      return;
    }
    this.store.control.begin();
    this.#open = true;
    this.#catalogVersion = this.store.catalog.version;
  }

  /** SQLite rolls a transaction back by itself when the disk fails: later writes would be outside of it. */
  #isUndone(): boolean {
    return this.#open && !this.store.db.inTransaction;
  }

  #checkNotUndone(): void {
    if (!this.#isUndone()) return;
    throw new FunctionError(
      "StorageUnavailable: a write before this one failed. Nothing of this transaction was kept.",
    );
  }

  /**
   * Counts a write before it is done, since a function may catch the error and continue.
   * @param extent - of what is stored from now on; of a document that goes, nothing, as in production
   * @throws LimitError
   */
  #countWrite(table: Table, { _id }: Document, extent: DocumentExtent): void {
    if (isSystemTable(table.name)) return;
    this.usage.add("documentsWritten", 1);
    this.usage.add("bytesWritten", extent.size);
    if (typeof _id === "string") this.#large.write(_id, extent);
  }

  /** Replaces placeholders by the commit timestamp, which has the same size. */
  #resolve(table: Table, key: Uint8Array, ts: bigint): void {
    const stored = this.store.documents.get(table.id, key);
    if (stored === null || !awaitsCommitTs(stored.json)) return;
    const json = withCommitTs(stored.json, ts);
    this.#writes.update(table, stored, parseDocument(json), { json, size: stored.size });
  }
}

/** Whether a table is the deployment's own: `_scheduled_functions`, for one. */
function isSystemTable(name: string): boolean {
  return name.startsWith("_");
}

/** Refuses work on a document that isn't there, in production's words. */
export function nonexistentDocument(
  operation: "Update" | "Replace" | "Delete",
  id: string,
): FunctionError {
  return new FunctionError(`${operation} on nonexistent document ID ${id}`);
}
