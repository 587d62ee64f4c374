import { limitMessage, TRANSACTION_LIMITS, type UsageName } from "../limits/transactions.ts";
import { FunctionError } from "../lib/errors.ts";

/** The reads and writes of an execution, as in the function log. Bytes are Convex's sizes. */
export interface DatabaseUsage {
  readonly documentsRead: number;
  readonly bytesRead: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
}

/** The usage of an execution without a transaction. */
export const NO_DATABASE_USAGE: DatabaseUsage = {
  documentsRead: 0,
  bytesRead: 0,
  documentsWritten: 0,
  bytesWritten: 0,
};

/** Metrics of file storage, which this deployment does not have; the convex package's type lists them. */
const OF_FILES = ["filesWritten", "fileWriteBytes", "filesRead", "fileReadBytes"];

/** A limit that was passed, in production's words. */
export class LimitError extends FunctionError {
  override readonly name = "LimitError";

  constructor(of: UsageName, limit: number) {
    super(limitMessage(of, limit));
  }
}

/** What one transaction has used, nested calls included, held against its limits. */
export class Usage {
  readonly used: Record<UsageName, number> = {
    documentsRead: 0,
    bytesRead: 0,
    databaseQueries: 0,
    documentsWritten: 0,
    bytesWritten: 0,
    functionsScheduled: 0,
    scheduledFunctionArgsBytes: 0,
  };
  /** The largest arguments of one scheduled function, in bytes. */
  largestScheduledArgs = 0;
  /** What snapshot queries have read, which counts for the log alone. */
  readonly #aside = { documentsRead: 0, bytesRead: 0 };

  constructor(private limits: Readonly<Record<UsageName, number>> = TRANSACTION_LIMITS) {}

  limit(name: UsageName): number {
    return this.limits[name];
  }

  /** Counts. @throws LimitError when the limit is passed; it stays counted */
  add(name: UsageName, amount: number): void {
    this.set(name, this.used[name] + amount);
  }

  /** Sets the usage. @throws LimitError when the limit is exceeded */
  set(name: UsageName, used: number): void {
    this.used[name] = used;
    if (used > this.limits[name]) throw new LimitError(name, this.limits[name]);
  }

  /** Counts a function that is to be scheduled. @throws LimitError, and then it isn't counted */
  schedule(argsSize: number): void {
    this.#checkRoom("functionsScheduled", 1);
    this.#checkRoom("scheduledFunctionArgsBytes", argsSize);
    this.used.functionsScheduled++;
    this.used.scheduledFunctionArgsBytes += argsSize;
    this.largestScheduledArgs = Math.max(this.largestScheduledArgs, argsSize);
  }

  /**
   * Gives a nested call a budget on top of what was used; it only ever tightens the limits
   * (`TransactionLimits::from_budget` in crates/database/src/execution_size.rs).
   * @returns what puts the limits back
   */
  narrow(budget: Readonly<Partial<Record<UsageName, number | undefined>>>): () => void {
    const { limits } = this;
    // Object.entries loses the key type that the record has.
    const entries = Object.entries(limits) as [UsageName, number][];
    const narrowed = entries.map(([name, limit]) => [
      name,
      Math.min(limit, this.used[name] + (budget[name] ?? TRANSACTION_LIMITS[name])),
    ]);
    // Made of the same names.
    this.limits = Object.fromEntries(narrowed) as Record<UsageName, number>;
    return () => {
      this.limits = limits;
    };
  }

  /** A separate count for a snapshot query, which starts at zero. */
  forSnapshot(): Usage {
    const usage = new Usage(this.limits);
    const { functionsScheduled, scheduledFunctionArgsBytes } = this.used;
    Object.assign(usage.used, { functionsScheduled, scheduledFunctionArgsBytes });
    return usage;
  }

  /** Adds the reads of a snapshot query. */
  addSnapshot({ used }: Usage): void {
    this.#aside.documentsRead += used.documentsRead;
    this.#aside.bytesRead += used.bytesRead;
  }

  /** Marks this point. @returns a function that subtracts the writes since, which were rolled back; reads are kept */
  markWrites(): () => void {
    const { documentsWritten, bytesWritten } = this.used;
    return () => {
      Object.assign(this.used, { documentsWritten, bytesWritten });
    };
  }

  /** The usage for the function log, in which writes count only if they were committed. */
  ofDatabase(committed: boolean): DatabaseUsage {
    const documentsRead = this.used.documentsRead + this.#aside.documentsRead;
    const bytesRead = this.used.bytesRead + this.#aside.bytesRead;
    if (!committed) return { ...NO_DATABASE_USAGE, documentsRead, bytesRead };
    const { documentsWritten, bytesWritten } = this.used;
    return { documentsRead, bytesRead, documentsWritten, bytesWritten };
  }

  /** As `ctx.meta.getTransactionMetrics()` reports it. */
  metrics(): Record<string, { used: number; remaining: number }> {
    const metrics: Record<string, { used: number; remaining: number }> = {};
    // Object.keys loses the key type that the record above fixes.
    for (const name of Object.keys(this.used) as UsageName[]) {
      const used = this.used[name];
      metrics[name] = { used, remaining: this.limits[name] - used };
    }
    for (const name of OF_FILES) metrics[name] = { used: 0, remaining: 0 };
    return metrics;
  }

  #checkRoom(name: UsageName, amount: number): void {
    if (this.used[name] + amount > this.limits[name]) throw new LimitError(name, this.limits[name]);
  }
}
