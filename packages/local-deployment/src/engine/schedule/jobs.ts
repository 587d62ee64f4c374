import { FINISHED_JOB_TTL_MS } from "../../limits/transactions.ts";
import type { Database } from "bun:sqlite";
import type { JSONValue, Value } from "convex/values";
import type { StoredRow } from "../../storage/documents.ts";
import { parseDocument } from "../../tx/document.ts";
import type { Transaction } from "../../tx/transaction.ts";
import type { Table } from "../../storage/catalog.ts";
import { encodeIndexKey } from "../../values/encoding/index_key.ts";

/** The system table that functions see their jobs in. */
export const JOBS_TABLE = "_scheduled_functions";

/** How many of a component's oldest jobs one clean-up reads. */
const CLEANUP_BATCH = 200;

/** A job that is still to be run, or being run. */
export interface Job {
  /** The id of its document in `_scheduled_functions`. */
  readonly id: string;
  /** The component that scheduled it, in whose `_scheduled_functions` it is seen. */
  readonly component: string;
  /** Milliseconds since 1970. */
  readonly due: number;
  /** The component of the function to run. */
  readonly target: string;
  /** `dir/mod:fn` */
  readonly path: string;
}

/** The state of a job, as its document in `_scheduled_functions` shows it. */
export type JobState =
  | { readonly kind: "pending" | "inProgress" | "success" | "canceled" }
  | { readonly kind: "failed"; readonly error: string };

/** The persisted schedule. Every change is part of the transaction that makes it. */
export class Jobs {
  constructor(private readonly db: Database) {}

  /** Adds a job. @returns its id */
  schedule(
    tx: Transaction,
    job: Omit<Job, "id"> & { name: string; args: Value; canceled: boolean },
  ): string {
    const table = tx.ensureTable(job.component, JOBS_TABLE);
    const document = tx.newDocument(table, {
      name: job.name,
      args: [job.args],
      scheduledTime: job.due,
      state: { kind: job.canceled ? "canceled" : "pending" },
      ...(job.canceled ? { completedTime: tx.now } : {}),
    });
    const id = document._id;
    tx.insert(table, document);
    if (!job.canceled) {
      tx.system(() => {
        this.db
          .query(
            "INSERT INTO jobs (id, component, due, state, target, path) VALUES (?, ?, ?, 'pending', ?, ?)",
          )
          .run(id, job.component, job.due, job.target, job.path);
      });
    }
    return id;
  }

  /** Cancels a job that has not ended; does nothing otherwise. */
  cancel(tx: Transaction, component: string, id: string): void {
    const found = this.#find(tx, component, id);
    if (found === null) return;
    // Unlike the deployment's own look-ups, this is one of the function's reads.
    tx.get(found.table, id);
    const kind = stateOf(found.stored);
    if (kind === "pending" || kind === "inProgress")
      this.finish(tx, { component, id }, { kind: "canceled" });
  }

  /** The next job that is due, earliest first. */
  nextDue(now: number): Job | null {
    return this.db
      .query<Job, [number]>(
        "SELECT id, component, due, target, path FROM jobs WHERE state = 'pending' AND due <= ? ORDER BY due, id LIMIT 1",
      )
      .get(now);
  }

  /** When the next job is due, in milliseconds since 1970; null when none is waiting. */
  nextDueTime(): number | null {
    const row = this.db
      .query<{ due: number }, []>(
        "SELECT due FROM jobs WHERE state = 'pending' ORDER BY due LIMIT 1",
      )
      .get();
    return row?.due ?? null;
  }

  /** Actions that were running when the process ended. */
  interrupted(): Job[] {
    return this.db
      .query<Job, []>(
        "SELECT id, component, due, target, path FROM jobs WHERE state = 'inProgress'",
      )
      .all();
  }

  /** The arguments that a job was scheduled with, as Convex JSON. */
  args(tx: Transaction, job: Job): JSONValue | undefined {
    const found = this.#find(tx, job.component, job.id);
    if (found === null) return undefined;
    // The document's own stored text.
    const document = JSON.parse(found.stored.json) as { args: JSONValue[] };
    return document.args[0];
  }

  /** Marks a mutation's job as begun, in a commit of its own: if the thread is ended, the job is known. */
  begin(job: Job): void {
    this.db.query("UPDATE jobs SET state = 'begun' WHERE id = ?").run(job.id);
  }

  /** The mutation's job that was begun and has not ended. */
  begun(): Job | null {
    return this.db
      .query<Job, []>("SELECT id, component, due, target, path FROM jobs WHERE state = 'begun'")
      .get();
  }

  /** A mutation that was running when the process ended was rolled back: it is run again. */
  restoreBegun(): void {
    this.db.run("UPDATE jobs SET state = 'pending' WHERE state = 'begun'");
  }

  start(tx: Transaction, job: Job): void {
    this.#update(tx, job, { kind: "inProgress" });
    tx.system(() => {
      this.db.query("UPDATE jobs SET state = 'inProgress' WHERE id = ?").run(job.id);
    });
  }

  /** Ends a job. A canceled one stays canceled, regardless of its function's outcome. */
  finish(tx: Transaction, job: Pick<Job, "id" | "component">, state: JobState): void {
    this.#update(tx, job, state);
    tx.system(() => {
      this.db.query("DELETE FROM jobs WHERE id = ?").run(job.id);
    });
  }

  /** Whether the job was canceled, by a function that ran while it did. */
  isCanceled(tx: Transaction, id: string): boolean {
    // It is seen in the component that scheduled it, which need not be the one that runs it.
    return tx.store.catalog.components().some((component) => {
      const found = this.#find(tx, component, id);
      return found !== null && stateOf(found.stored) === "canceled";
    });
  }

  /** Removes expired jobs. @returns how many */
  cleanUp(tx: Transaction): number {
    const before = tx.now - FINISHED_JOB_TTL_MS;
    let removed = 0;
    for (const component of tx.store.catalog.components()) {
      const table = tx.store.catalog.table(component, JOBS_TABLE);
      const index = table?.indexes.get("by_creation_time");
      if (table === undefined || index === undefined) continue;
      const all = { start: new Uint8Array(), end: null };
      const oldest = tx.store.documents.scan({ indexId: index.id }, all, "asc", CLEANUP_BATCH);
      for (const stored of oldest) {
        if (completedTimeOf(stored) >= before) continue;
        tx.remove(table, stored);
        removed++;
      }
    }
    return removed;
  }

  #update(
    tx: Transaction,
    { component, id }: Pick<Job, "id" | "component">,
    state: JobState,
  ): void {
    const found = this.#find(tx, component, id);
    if (found === null || stateOf(found.stored) === "canceled") return;
    const done = state.kind !== "pending" && state.kind !== "inProgress";
    const document = parseDocument(found.stored.json);
    const next = { ...document, state: { ...state } };
    tx.replace(found.table, found.stored, done ? { ...next, completedTime: tx.now } : next);
  }

  #find(
    tx: Transaction,
    component: string,
    id: string,
  ): { table: Table; stored: StoredRow } | null {
    const table = tx.store.catalog.table(component, JOBS_TABLE);
    const key = encodeIndexKey([id]);
    const stored = table === undefined ? null : tx.documents("transaction").get(table.id, key);
    return table === undefined || stored === null ? null : { table, stored };
  }
}

function completedTimeOf(stored: StoredRow): number {
  // Every job's document was made by `schedule` above; one that has not ended has no such time.
  return (JSON.parse(stored.json) as { completedTime?: number }).completedTime ?? Infinity;
}

function stateOf(stored: StoredRow): string {
  // Every job's document was made by `schedule` above.
  return (JSON.parse(stored.json) as { state: { kind: string } }).state.kind;
}
