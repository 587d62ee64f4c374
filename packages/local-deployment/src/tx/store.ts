import type { Database } from "bun:sqlite";
import { Catalog } from "../storage/catalog.ts";
import { Clock } from "../storage/clock.ts";
import { openDatabase, openSnapshotConnection } from "../storage/database.ts";
import { Documents } from "../storage/documents.ts";
import { Meta } from "../storage/meta.ts";

/** The data that transactions work on. One per engine. */
export interface Store {
  readonly db: Database;
  readonly documents: Documents;
  /** Reads what is committed, whatever the open transaction has written. */
  readonly committed: Documents;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly meta: Meta;
  /** The statements that every write makes, prepared once. */
  readonly control: {
    readonly begin: () => void;
    readonly commit: () => void;
    readonly rollback: () => void;
  };
  close(): void;
}

/** Opens the data folder's file and reads its catalog. @throws DeploymentError when it can't be read. */
export function openStore(dataDir: string): Store {
  const db = openDatabase(dataDir);
  const snapshot = openSnapshotConnection(dataDir);
  const meta = new Meta(db);
  return {
    db,
    documents: new Documents(db),
    committed: new Documents(snapshot),
    catalog: new Catalog(db),
    clock: new Clock(meta),
    meta,
    control: {
      begin: prepared(db, "BEGIN IMMEDIATE"),
      commit: prepared(db, "COMMIT"),
      rollback: prepared(db, "ROLLBACK"),
    },
    close: () => {
      snapshot.close();
      // Closing does it only when no statement is left, which is up to the garbage collector.
      db.run("PRAGMA wal_checkpoint(TRUNCATE)");
      db.close();
    },
  };
}

function prepared(db: Database, sql: string): () => void {
  const statement = db.query(sql);
  return () => {
    statement.run();
  };
}
