import { FunctionError } from "../lib/errors.ts";
import type { StoredRow } from "../storage/documents.ts";
import type { CompiledQuery, QueryPlan } from "./query_plan.ts";
import { keyAfter } from "../values/encoding/index_key.ts";
import { parseDocument } from "./document.ts";
import type { OpenRead } from "./read_set.ts";
import type { Transaction, View } from "./transaction.ts";

const FIRST_BATCH = 16;
const LARGEST_BATCH = 512;

/** A document that a query yields, with its place in the index. */
export interface Yielded {
  readonly json: string;
  readonly key: Uint8Array;
}

/**
 * A running query. It reads ahead in growing batches, counts and tracks only what it has yielded or
 * passed over, and reads again when the transaction writes meanwhile.
 */
export class QueryStream implements OpenRead {
  readonly #reads;
  readonly #limits: number[];
  #batch: StoredRow[] = [];
  #next = 0;
  #batchSize: number;
  #lastKey: Uint8Array | null = null;
  #exhausted = false;
  #seenVersion = -1;
  /** How many documents were read, those that a filter dropped included. */
  rowsRead = 0;
  /** The keys of those, when they are asked for. */
  readonly keys: Uint8Array[] = [];
  bytesRead = 0;

  constructor(
    private readonly tx: Transaction,
    private readonly query: CompiledQuery,
    private readonly view: View,
    private readonly bounds: {
      after?: Uint8Array | null;
      until?: Uint8Array | null;
      keepKeys?: boolean;
    } = {},
  ) {
    this.#limits = query.operators.map((operator) =>
      operator.kind === "limit" ? operator.limit : 0,
    );
    const filters = query.operators.some((operator) => operator.kind === "filter");
    const limit = Math.min(
      ...query.operators.map((operator) =>
        operator.kind === "limit" ? operator.limit : LARGEST_BATCH,
      ),
      LARGEST_BATCH,
    );
    this.#batchSize = !filters && limit < LARGEST_BATCH ? Math.max(limit, 1) : FIRST_BATCH;
    this.#reads = tx.reads;
  }

  /** The next document that passes all operators; null at the end, or when `stop` returns true between two documents. */
  next(stop: () => boolean = () => false): Yielded | null {
    while (!stop()) {
      if (this.#limits.some((left, i) => left <= 0 && this.query.operators[i]?.kind === "limit")) {
        return null;
      }
      const row = this.#read();
      if (row === null) return null;
      if (this.#passes(row.json)) return row;
    }
    return null;
  }

  /** The key of the last document that was read, one that a filter dropped included. */
  get lastKey(): Uint8Array | null {
    return this.#lastKey;
  }

  /** Whether the range was read to its end. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  settle(): void {
    const read = this.#readSpan();
    if (read !== null) this.#reads.add(read.index, read.start, read.end);
  }

  /** Adds what was read to the transaction's read set. Call once, when the query is done with. */
  finish(): void {
    this.settle();
    this.#reads.close(this);
  }

  /** The range that was read so far; null before the first document. */
  #readSpan(): { index: string; start: Uint8Array; end: Uint8Array | null } | null {
    const { plan } = this.query;
    if (plan === null) return null;
    const { start, end } = this.#span(plan);
    const index = plan.trackedAs;
    if (this.#exhausted) return { index, start, end };
    if (this.#lastKey === null) return null;
    return plan.order === "asc"
      ? { index, start, end: keyAfter(this.#lastKey) }
      : { index, start: this.#lastKey, end };
  }

  #passes(json: string): boolean {
    if (this.query.operators.length === 0) return true;
    let document: ReturnType<typeof parseDocument> | undefined;
    for (const [i, operator] of this.query.operators.entries()) {
      if (operator.kind === "filter") {
        document ??= parseDocument(json);
        if (!operator.keeps(document)) return false;
      } else {
        const left = this.#limits[i] ?? 0;
        if (left <= 0) return false;
        this.#limits[i] = left - 1;
      }
    }
    return true;
  }

  #read(): StoredRow | null {
    const { plan } = this.query;
    if (plan === null || this.#exhausted) return null;
    if (this.#next >= this.#batch.length || this.#seenVersion !== this.tx.writeVersion) {
      this.#fetch(plan);
    }
    const row = this.#batch[this.#next++];
    if (row === undefined) {
      const { start, end } = this.#span(plan);
      this.tx.recordRead(plan.trackedAs, start, end);
      this.#exhausted = true;
      return null;
    }
    // In production's order, which shows when a limit is passed.
    this.tx.countRead(plan.table, row.size);
    const first = this.#lastKey === null;
    this.#lastKey = row.key;
    if (this.bounds.keepKeys === true) this.keys.push(row.key);
    if (first) this.#recordFirst();
    this.rowsRead++;
    this.bytesRead += row.size;
    return row;
  }

  /** With its first document a query is a read; what follows only makes that larger. */
  #recordFirst(): void {
    const read = this.#readSpan();
    if (read === null) return;
    this.#reads.open(this);
    this.tx.recordRead(read.index, read.start, read.end);
  }

  #fetch(plan: QueryPlan): void {
    const span = this.#span(plan);
    const rest =
      this.#lastKey === null
        ? span
        : plan.order === "asc"
          ? { start: keyAfter(this.#lastKey), end: span.end }
          : { start: span.start, end: this.#lastKey };
    this.#batch = this.tx.documents(this.view).scan(plan.source, rest, plan.order, this.#batchSize);
    this.#next = 0;
    this.#batchSize = Math.min(this.#batchSize * 2, LARGEST_BATCH);
    this.#seenVersion = this.tx.writeVersion;
  }

  /** The plan's range, cut to the page: after one cursor, up to and with the other. */
  #span(plan: QueryPlan): { start: Uint8Array; end: Uint8Array | null } {
    const { after, until } = this.bounds;
    let { start, end } = plan;
    if (plan.order === "asc") {
      if (after) start = larger(start, keyAfter(after));
      if (until) end = smaller(end, keyAfter(until));
    } else {
      if (after) end = smaller(end, after);
      if (until) start = larger(start, until);
    }
    return { start, end };
  }
}

/** Refuses a cursor that this deployment did not hand out for this query. */
export function invalidCursor(): FunctionError {
  return new FunctionError(
    "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
    { isConvexSystemError: true, paginationError: "InvalidCursor" },
  );
}

function larger(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Buffer.compare(a, b) >= 0 ? a : b;
}

function smaller(a: Uint8Array | null, b: Uint8Array): Uint8Array {
  return a !== null && Buffer.compare(a, b) <= 0 ? a : b;
}
