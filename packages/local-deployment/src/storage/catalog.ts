import type { Database } from "bun:sqlite";

/** User tables are numbered from here, as in production; system tables below it. */
const FIRST_USER_TABLE = 10_001;
const SYSTEM_TABLES: Record<string, number> = { _scheduled_functions: 1, _storage: 2 };

/** An index as stored: `fields` end with `_creationTime` and `_id`, as every index does. */
export interface Index {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly string[];
}

/** A table of one component. `indexes` holds all but `by_id`, which is the documents' own key. */
export interface Table {
  readonly id: number;
  readonly component: string;
  readonly name: string;
  readonly number: number;
  readonly indexes: Map<string, Index>;
}

interface TableRow {
  id: number;
  component: string;
  name: string;
  number: number;
}

/** Every table and index of the deployment, cached in memory from the file's rows. */
export class Catalog {
  readonly #byName = new Map<string, Map<string, Table>>();
  readonly #byNumber = new Map<string, Map<number, Table>>();
  /** Incremented with every change, so that derived data can detect that it is stale. */
  version = 0;

  constructor(private readonly db: Database) {
    this.reload();
  }

  /** Reads all of it from the file again, as after a rolled-back change. */
  reload(): void {
    this.version++;
    this.#byName.clear();
    this.#byNumber.clear();
    const byId = new Map<number, Table>();
    for (const row of this.db.query<TableRow, []>("SELECT * FROM tables").all()) {
      byId.set(row.id, this.#remember({ ...row, indexes: new Map() }));
    }
    const indexes = this.db.query<
      { id: number; table_id: number; name: string; fields: string },
      []
    >("SELECT * FROM indexes");
    for (const row of indexes.all()) {
      // The fields were written by `addIndex` below.
      const fields = JSON.parse(row.fields) as string[];
      byId.get(row.table_id)?.indexes.set(row.name, { id: row.id, name: row.name, fields });
    }
  }

  /** The table of that name, or undefined when nothing was ever stored or declared under it. */
  table(component: string, name: string): Table | undefined {
    return this.#byName.get(component)?.get(name);
  }

  /** Every component that has a table. */
  components(): string[] {
    return [...this.#byName.keys()];
  }

  tableByNumber(component: string, number: number): Table | undefined {
    return this.#byNumber.get(component)?.get(number);
  }

  tables(component: string): Table[] {
    return [...(this.#byName.get(component)?.values() ?? [])];
  }

  /** Creates the table, with its two built-in indexes. The caller holds a write transaction. */
  createTable(component: string, name: string): Table {
    const number = SYSTEM_TABLES[name] ?? this.#nextNumber(component);
    const inserted = this.db
      .query<{ id: number }, [string, string, number]>(
        "INSERT INTO tables (component, name, number) VALUES (?, ?, ?) RETURNING id",
      )
      .get(component, name, number);
    if (inserted === null) throw new Error(`table ${name} was not stored`);
    const table = this.#remember({ id: inserted.id, component, name, number, indexes: new Map() });
    this.addIndex(table, "by_creation_time", []);
    this.version++;
    return table;
  }

  /** Adds an index, empty. The caller back-fills it in the same write transaction. */
  addIndex(table: Table, name: string, userFields: readonly string[]): Index {
    const fields = [...userFields, "_creationTime", "_id"];
    const inserted = this.db
      .query<{ id: number }, [number, string, string]>(
        "INSERT INTO indexes (table_id, name, fields) VALUES (?, ?, ?) RETURNING id",
      )
      .get(table.id, name, JSON.stringify(fields));
    if (inserted === null) throw new Error(`index ${name} was not stored`);
    const index = { id: inserted.id, name, fields };
    table.indexes.set(name, index);
    this.version++;
    return index;
  }

  /** Drops an index with its entries. */
  dropIndex(table: Table, index: Index): void {
    this.db.query("DELETE FROM index_entries WHERE index_id = ?").run(index.id);
    this.db.query("DELETE FROM indexes WHERE id = ?").run(index.id);
    table.indexes.delete(index.name);
    this.version++;
  }

  #nextNumber(component: string): number {
    const row = this.db
      .query<{ max: number | null }, [string]>(
        "SELECT MAX(number) AS max FROM tables WHERE component = ?",
      )
      .get(component);
    return Math.max(FIRST_USER_TABLE, (row?.max ?? 0) + 1);
  }

  #remember(table: Table): Table {
    const names = this.#byName.get(table.component) ?? new Map<string, Table>();
    const numbers = this.#byNumber.get(table.component) ?? new Map<number, Table>();
    names.set(table.name, table);
    numbers.set(table.number, table);
    this.#byName.set(table.component, names);
    this.#byNumber.set(table.component, numbers);
    return table;
  }
}
