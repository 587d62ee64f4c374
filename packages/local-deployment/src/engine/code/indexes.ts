import type { Table } from "../../storage/catalog.ts";
import { parseDocument } from "../../tx/document.ts";
import { keyAfter } from "../../values/encoding/index_key.ts";
import type { Store } from "../../tx/store.ts";
import { indexKeyOf } from "../../values/queries/field_path.ts";
import type { Schema } from "./analysis.ts";

/** The built-in indexes of every table, which a schema can't define. */
const BUILT_IN = new Set(["by_creation_time", "by_id"]);
/** Documents read at a time while an index is filled. */
const BACKFILL_BATCH = 1_000;

/**
 * Brings a component's tables and indexes in line with its schema: creates and backfills new ones, drops those
 * that were removed or have other fields. Documents are kept. The caller holds a write transaction.
 */
export function syncIndexes(store: Store, component: string, schema: Schema | null): void {
  const wanted = new Map<string, Map<string, readonly string[]>>();
  for (const table of schema?.tables ?? []) {
    if (store.catalog.table(component, table.tableName) === undefined) {
      store.catalog.createTable(component, table.tableName);
    }
    wanted.set(
      table.tableName,
      new Map(table.indexes.map((index) => [index.indexDescriptor, index.fields])),
    );
  }
  for (const table of store.catalog.tables(component)) {
    if (table.name.startsWith("_")) continue;
    syncTable(store, table, wanted.get(table.name) ?? new Map<string, readonly string[]>());
  }
}

function syncTable(
  store: Store,
  table: Table,
  wanted: ReadonlyMap<string, readonly string[]>,
): void {
  for (const index of [...table.indexes.values()]) {
    if (BUILT_IN.has(index.name)) continue;
    const fields = index.fields.slice(0, -2);
    if (JSON.stringify(wanted.get(index.name)) === JSON.stringify(fields)) continue;
    store.catalog.dropIndex(table, index);
  }
  for (const [name, fields] of wanted) {
    if (table.indexes.has(name)) continue;
    const index = store.catalog.addIndex(table, name, fields);
    fill(store, table, index.id, index.fields);
  }
}

function fill(store: Store, table: Table, indexId: number, fields: readonly string[]): void {
  let start: Uint8Array = new Uint8Array();
  for (;;) {
    const rows = store.documents.scan(
      { byId: table.id },
      { start, end: null },
      "asc",
      BACKFILL_BATCH,
    );
    for (const row of rows) {
      store.documents.addEntry(indexId, indexKeyOf(parseDocument(row.json), fields), row.row);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BACKFILL_BATCH) return;
    start = keyAfter(last.key);
  }
}
