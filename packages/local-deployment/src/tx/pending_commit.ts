import type { Table } from "../storage/catalog.ts";

/** One index key that a commit added or removed; live queries are checked against these. */
export interface IndexWrite {
  readonly indexId: string;
  readonly key: Uint8Array;
}

/** The id under which reads and writes of a table's own key are tracked. */
export const byIdIndex = (table: Table): string => `t${String(table.id)}`;

/** A document by its place. */
export interface DocumentKey {
  readonly table: Table;
  readonly key: Uint8Array;
}

/** The writes of a transaction that its commit must complete or report. */
export class PendingCommit {
  readonly writes: IndexWrite[] = [];
  readonly #rows = new Map<number, number>();
  #unresolved: DocumentKey[] = [];

  /** Documents that hold a commit timestamp that isn't known yet. */
  get unresolved(): readonly DocumentKey[] {
    return this.#unresolved;
  }

  /** By table, how many documents it has more than before. */
  get rowChanges(): ReadonlyMap<number, number> {
    return this.#rows;
  }

  addUnresolved(document: DocumentKey): void {
    this.#unresolved.push(document);
  }

  countRows(table: Table, change: number): void {
    this.#rows.set(table.id, (this.#rows.get(table.id) ?? 0) + change);
  }

  /** Marks this point. @returns a function that removes everything added since */
  mark(): () => void {
    const writes = this.writes.length;
    const rows = new Map(this.#rows);
    const unresolved = [...this.#unresolved];
    return () => {
      this.writes.length = writes;
      this.#rows.clear();
      for (const [table, count] of rows) this.#rows.set(table, count);
      this.#unresolved = unresolved;
    };
  }
}
