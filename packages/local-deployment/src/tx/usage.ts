import { FunctionError } from "../errors.ts";
import { limitMessage, TRANSACTION_LIMITS, type UsageName } from "../limits.ts";

/** What an execution has read and written, as the function log tells it. Bytes are Convex's. */
export interface DatabaseUsage {
  readonly documentsRead: number;
  readonly bytesRead: number;
  readonly documentsWritten: number;
  readonly bytesWritten: number;
}

/** Of an execution that had nothing to do with the database. */
export const NO_DATABASE_USAGE: DatabaseUsage = {
  documentsRead: 0,
  bytesRead: 0,
  documentsWritten: 0,
  bytesWritten: 0,
};

/** What one transaction has used, nested calls included, held against production's limits. */
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

  /** Counts, and throws production's error when the limit is passed. */
  add(name: UsageName, amount: number): void {
    this.used[name] += amount;
    const limit = TRANSACTION_LIMITS[name];
    if (this.used[name] > limit) throw new FunctionError(limitMessage(name, limit));
  }

  /** Remembers this point. @returns what takes back the writes since, which were undone; reads stay */
  markWrites(): () => void {
    const { documentsWritten, bytesWritten } = this.used;
    return () => {
      Object.assign(this.used, { documentsWritten, bytesWritten });
    };
  }

  /** As the function log reports it: what was not committed was not written. */
  ofDatabase(committed: boolean): DatabaseUsage {
    const { documentsRead, bytesRead, documentsWritten, bytesWritten } = this.used;
    if (!committed) return { ...NO_DATABASE_USAGE, documentsRead, bytesRead };
    return { documentsRead, bytesRead, documentsWritten, bytesWritten };
  }

  /** As `ctx.meta.getTransactionMetrics()` reports it. */
  metrics(): Record<string, { used: number; remaining: number }> {
    const metrics: Record<string, { used: number; remaining: number }> = {};
    // Object.keys loses the key type that the record above fixes.
    for (const name of Object.keys(this.used) as UsageName[]) {
      const used = this.used[name];
      metrics[name] = { used, remaining: TRANSACTION_LIMITS[name] - used };
    }
    // Files are no part of this deployment.
    for (const name of ["filesWritten", "fileWriteBytes", "filesRead", "fileReadBytes"]) {
      metrics[name] = { used: 0, remaining: 0 };
    }
    return metrics;
  }
}
